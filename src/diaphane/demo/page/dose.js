// The dose slider: shows the two pictures of one dose, its numbers, and where it lies in the plots.
class DoseSlider {
  constructor(slider) {
    this.slider = slider;
    this.doses = [...document.querySelectorAll(".dose")];
    this.lines = document.querySelectorAll(".dose-plots .now");
    slider.addEventListener("input", () => this.show());
    document.addEventListener("languagechange", () => this.show());
    this.show();
  }
  show() {
    const now = Number(this.slider.value);
    this.doses.forEach((dose, k) => { dose.hidden = k !== now; });
    for (const line of this.lines) {
      for (const end of ["x1", "x2"]) line.setAttribute(end, facts.dose_places[now]);
    }
    const label = this.doses[now].querySelector(`.dose-label .${language.current}`).textContent;
    this.slider.setAttribute("aria-valuetext", label);
  }
}
new DoseSlider(document.getElementById("dose"));
