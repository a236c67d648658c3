// The threshold slider: three planes, the histogram of the whole volume, and the volume above.
class Threshold {
  constructor(slider, values) {
    this.slider = slider;
    this.values = new Int16Array(values);
    this.histogram = facts.histogram;
    slider.addEventListener("input", () => this.show());
    document.addEventListener("languagechange", () => this.show());
    this.show();
  }
  get hu() { return Number(this.slider.value); }
  show() {
    this.drawPlanes(); this.drawHistogram();
    document.getElementById("threshold-value").textContent = `${language.number(this.hu)} ${language.current === "fr" ? "UH" : "HU"}`;
    document.getElementById("threshold-volume").textContent = `${language.number(this.volumeMl())} mL`;
    document.dispatchEvent(new CustomEvent("thresholdchange", { detail: this.hu }));
  }
  volumeMl() {   // every voxel of the full picture is in the histogram; one bin may be cut in two
    const { low_hu, bin_hu, counts, voxel_ml } = this.histogram;
    const edge = (this.hu - low_hu) / bin_hu, first = Math.floor(edge);
    let voxels = (counts[first] ?? 0) * (1 - (edge - first));
    for (let i = first + 1; i < counts.length; i++) voxels += counts[i];
    return voxels * voxel_ml;
  }
  drawPlanes() {
    const [low, high] = [-150, 1250];
    let offset = 0;
    for (const plane of facts.planes) {
      const canvas = document.getElementById(plane.id), [rows, columns] = plane.shape;
      canvas.width = columns; canvas.height = rows;
      canvas.style.aspectRatio = `${columns * plane.pixel_mm[1]} / ${rows * plane.pixel_mm[0]}`;
      const context = canvas.getContext("2d"), picture = context.createImageData(columns, rows);
      for (let i = 0; i < rows * columns; i++) {
        const hu = this.values[offset + i];
        const gray = 255 * Math.min(1, Math.max(0, (hu - low) / (high - low)));
        const inside = hu >= this.hu;
        picture.data[4 * i] = inside ? 0.45 * gray + 0.55 * 240 : gray;
        picture.data[4 * i + 1] = inside ? 0.45 * gray + 0.55 * 166 : gray;
        picture.data[4 * i + 2] = inside ? 0.45 * gray + 0.55 * 60 : gray;
        picture.data[4 * i + 3] = 255;
      }
      context.putImageData(picture, 0, 0);
      this.drawLetters(context, plane.letters, columns, rows);
      offset += rows * columns;
    }
  }
  drawLetters(context, [left, right, top, bottom], columns, rows) {
    const size = Math.max(7, Math.round(columns / 22));
    context.font = `${size}px system-ui, sans-serif`;
    context.fillStyle = "#b3b1ac"; context.textAlign = "center"; context.textBaseline = "middle";
    context.fillText(left, size, rows / 2); context.fillText(right, columns - size, rows / 2);
    context.fillText(top, columns / 2, size); context.fillText(bottom, columns / 2, rows - size);
  }
  drawHistogram() {
    const canvas = document.getElementById("histogram"), scale = devicePixelRatio;
    const width = canvas.clientWidth, height = canvas.clientHeight, foot = 22;
    canvas.width = width * scale; canvas.height = height * scale;
    const c = canvas.getContext("2d");
    c.scale(scale, scale);
    const { low_hu, bin_hu, counts } = this.histogram;
    const x = (hu) => (width * (hu - low_hu)) / (bin_hu * counts.length);
    const top = Math.log1p(Math.max(...counts));
    for (let i = 0; i < counts.length; i++) {
      const hu = low_hu + i * bin_hu, tall = (Math.log1p(counts[i]) / top) * (height - foot - 4);
      c.fillStyle = hu >= this.hu ? "#f0a63c" : "#8d8b87";
      c.fillRect(x(hu), height - foot - tall, Math.max(1, x(hu + bin_hu) - x(hu)), tall);
    }
    c.fillStyle = "#b3b1ac"; c.font = "12px system-ui, sans-serif"; c.textAlign = "center";
    for (const hu of [-1000, 0, 1000, 2000]) c.fillText(language.number(hu), Math.min(width - 18, Math.max(18, x(hu))), height - 6);
    c.fillStyle = "#ecebe8"; c.fillRect(x(this.hu) - 1, 0, 2, height - foot);
  }
}
unpack("slices").then((values) => new Threshold(document.getElementById("threshold"), values));
