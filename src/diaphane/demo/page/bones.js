// Bones in 3-D: rays through the volume stop where the picture first reaches the threshold.
// One fragment shader draws everything; dragging, arrow keys or a slow turntable move the camera.
const VERTEX = `#version 300 es
in vec2 corner; out vec2 place;
void main() { place = corner; gl_Position = vec4(corner, 0.0, 1.0); }`;

const FRAGMENT = `#version 300 es
precision highp float; precision highp sampler3D;
in vec2 place; out vec4 color;
uniform sampler3D volume;
uniform vec3 size;        // of the volume, in mm, along left, back, head
uniform vec3 voxel;       // of one voxel, in mm
uniform mat3 turn;        // columns: right, up, toward the eye, in the patient
uniform float radius, bone, skin, showSkin, pace;

float at(vec3 p) { return texture(volume, p / size + 0.5).r; }
vec3 slope(vec3 p) {
  vec3 g = vec3(0.0);
  for (int a = 0; a < 3; a++) {
    vec3 d = vec3(0.0); d[a] = 1.4 * voxel[a];
    g[a] = (at(p + d) - at(p - d)) / voxel[a];
  }
  return g;
}
float enclosed(vec3 p, vec3 n) {   // how much bone stands close in front of a point
  float sum = 0.0, weight = 1.0;
  for (int i = 1; i <= 4; i++) {
    float d = 1.8 * float(i * i) * 0.7;
    sum += weight * smoothstep(bone - 0.06, bone + 0.10, at(p + n * d));
    weight *= 0.8;
  }
  return sum / 2.95;
}
void main() {
  vec3 eye = turn[2], right = turn[0], up = turn[1];
  vec3 origin = (place.x * right + place.y * up) * radius + eye * radius * 2.0;
  vec3 ray = -eye;
  vec3 a = (-0.5 * size - origin) / ray, b = (0.5 * size - origin) / ray;
  vec3 near = min(a, b), far = max(a, b);
  float t = max(max(near.x, near.y), near.z), end = min(min(far.x, far.y), far.z);
  color = vec4(0.0, 0.0, 0.0, 1.0);
  if (t >= end) return;
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
  t += pace * noise;
  float veil = 0.0; bool outside = true;
  for (int i = 0; i < 900 && t < end; i++, t += pace) {
    float v = at(origin + ray * t);
    if (outside && v > skin) {
      outside = false;
      vec3 n = -normalize(slope(origin + ray * t) + 1e-6);
      veil = showSkin * (0.10 + 0.38 * pow(1.0 - abs(dot(n, eye)), 2.0));
    }
    if (v < bone) continue;
    float low = t - pace, high = t;
    for (int j = 0; j < 6; j++) {
      float middle = 0.5 * (low + high);
      if (at(origin + ray * middle) < bone) low = middle; else high = middle;
    }
    vec3 p = origin + ray * high;
    vec3 n = -normalize(slope(p) + 1e-6);
    vec3 key = normalize(eye + 0.55 * up - 0.5 * right), fill = normalize(eye - 0.2 * up + 0.9 * right);
    float light = 0.66 * max(dot(n, key), 0.0) + 0.20 * max(dot(n, fill), 0.0) + 0.20;
    float gleam = 0.12 * pow(max(dot(n, normalize(key + eye)), 0.0), 24.0);
    float open = 1.0 - 0.75 * enclosed(p + n * 1.2, n);
    vec3 ivory = vec3(0.96, 0.91, 0.80);
    color.rgb = ivory * light * open * mix(vec3(1.0, 0.93, 0.86), vec3(1.0), open) + gleam * open;
    break;
  }
  color.rgb = mix(color.rgb, vec3(0.80, 0.55, 0.42), veil);
  color.rgb = pow(color.rgb, vec3(0.92));
}`;

class Bones {
  constructor(canvas, bytes) {
    this.canvas = canvas;
    this.turnRad = 0.52; this.tiltRad = 0.14; this.showSkin = 0;
    this.bone = facts.volume.threshold_hu; this.moving = false; this.quality = 1;
    const gl = canvas.getContext("webgl2", { alpha: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("no WebGL 2");
    this.gl = gl; this.program = this.link();
    this.load(bytes);
    this.listen();
    this.draw();
  }
  link() {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text); gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program); gl.useProgram(program);
    const corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(place); gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, 0);
    return program;
  }
  load(bytes) {
    const gl = this.gl, [slices, rows, columns] = facts.volume.shape;
    gl.bindTexture(gl.TEXTURE_3D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage3D(gl.TEXTURE_3D, 0, gl.R8, columns, rows, slices, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(bytes));
    for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) {
      gl.texParameteri(gl.TEXTURE_3D, axis, gl.CLAMP_TO_EDGE);
    }
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    const [dz, dy, dx] = facts.volume.spacing_mm;
    this.voxel = [dx, dy, dz]; this.size = [columns * dx, rows * dy, slices * dz];
    this.radius = 0.56 * Math.max(...this.size);
  }
  level(hu) {
    const [low, high] = facts.volume.range_hu;
    return (hu - low) / (high - low);
  }
  camera() {
    const c = Math.cos(this.turnRad), s = Math.sin(this.turnRad);
    const ct = Math.cos(this.tiltRad), st = Math.sin(this.tiltRad);
    const right = [c, s, 0], eye = [s * ct, -c * ct, st], up = [-s * st, c * st, ct];
    return [...right, ...up, ...eye];
  }
  draw() {
    const gl = this.gl, started = performance.now();
    const pixels = Math.min(this.canvas.clientWidth * devicePixelRatio, 1100) * (this.moving ? this.quality : 1);
    const side = Math.max(160, Math.round(pixels));
    if (this.canvas.width !== side) { this.canvas.width = side; this.canvas.height = side; }
    gl.viewport(0, 0, side, side);
    const u = (name) => gl.getUniformLocation(this.program, name);
    gl.uniform3fv(u("size"), this.size); gl.uniform3fv(u("voxel"), this.voxel);
    gl.uniformMatrix3fv(u("turn"), false, this.camera());
    gl.uniform1f(u("radius"), this.radius); gl.uniform1f(u("bone"), this.level(this.bone));
    gl.uniform1f(u("skin"), this.level(facts.volume.skin_hu)); gl.uniform1f(u("showSkin"), this.showSkin);
    gl.uniform1f(u("pace"), 0.6 * Math.min(...this.voxel));
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    this.letters();
    gl.finish();
    const spent = performance.now() - started;
    if (this.moving) this.quality = Math.min(1, Math.max(0.25, this.quality * (spent > 45 ? 0.8 : spent < 20 ? 1.1 : 1)));
  }
  letters() {   // which way the patient lies, at the edges of the picture
    const ends = [["R", "L"], ["A", "P"], ["F", "H"]], [rx, ry, rz, ux, uy, uz] = this.camera();
    const name = (direction) => {
      const axis = direction.reduce((best, x, i) => (Math.abs(x) > Math.abs(direction[best]) ? i : best), 0);
      return direction[axis] > 0 ? ends[axis] : [...ends[axis]].reverse();
    };
    const [left, right] = name([rx, ry, rz]), [bottom, top] = name([ux, uy, uz]);
    for (const [place, letter] of Object.entries({ left, right, top, bottom })) {
      this.canvas.parentElement.querySelector(`.${place}`).textContent = letter;
    }
  }
  listen() {
    const canvas = this.canvas;
    let from = null;
    canvas.addEventListener("pointerdown", (e) => { from = e; this.stop(); canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => {
      if (!from) return;
      this.moving = true;
      this.rotate(-(e.clientX - from.clientX) / 150, (e.clientY - from.clientY) / 150);
      from = e;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => { from = null; this.moving = false; this.draw(); });
    }
    canvas.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[e.key];
      if (step) { e.preventDefault(); this.stop(); this.rotate(...step); }
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }
  rotate(turn, tilt) {
    this.turnRad += turn;
    this.tiltRad = Math.max(-1.5, Math.min(1.5, this.tiltRad + tilt));
    this.draw();
  }
  start() {
    this.turning = true; this.moving = true;
    let before = performance.now();
    const next = (now) => {
      if (!this.turning) return;
      if (document.visibilityState === "visible" && this.isSeen) this.rotate((now - before) * 0.00022, 0);
      before = now;
      requestAnimationFrame(next);
    };
    new IntersectionObserver((seen) => { this.isSeen = seen[0].isIntersecting; }).observe(this.canvas);
    requestAnimationFrame(next);
  }
  stop() { this.turning = false; this.moving = false; }
}

// Without WebGL 2 the same bones turn as pictures drawn beforehand.
class Turntable {
  constructor(canvas) {
    this.image = document.createElement("img");
    this.image.src = facts.frames[0]; this.image.className = "well"; this.image.tabIndex = 0;
    this.image.dataset.altFr = canvas.dataset.altFr; this.image.dataset.altEn = canvas.dataset.altEn;
    canvas.replaceWith(this.image);
    this.frame = 0;
    const show = (by) => {
      this.frame = (this.frame + by + facts.frames.length) % facts.frames.length;
      this.image.src = facts.frames[Math.round(this.frame) % facts.frames.length];
    };
    this.image.draggable = false;
    this.image.addEventListener("pointermove", (e) => { if (e.buttons) show(-e.movementX / 12); });
    this.image.addEventListener("keydown", (e) => {
      if (e.key === "ArrowLeft") show(-1);
      if (e.key === "ArrowRight") show(1);
    });
  }
  draw() {} start() {} stop() {}
}

async function showBones() {
  const canvas = document.getElementById("bones");
  let bones;
  try { bones = new Bones(canvas, await unpack("volume")); } catch { bones = new Turntable(canvas); }
  document.getElementById("skin").addEventListener("change", (e) => {
    bones.showSkin = e.target.checked ? 1 : 0; bones.draw();
  });
  document.getElementById("turn").addEventListener("click", () => {
    if (bones.turning) { bones.stop(); bones.draw(); } else bones.start();
  });
  document.addEventListener("thresholdchange", (e) => { bones.bone = e.detail; bones.draw(); });
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) bones.start();
  document.body.dataset.bones = bones.constructor.name;
}
showBones();
