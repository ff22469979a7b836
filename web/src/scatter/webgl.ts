/** The WebGL2 back end: the same pixels as the CPU's, drawn by the graphics hardware. */

import { countDrawn, placing, ROOM, runsOf, type Placing } from "./placing";
import type { Painter, Pass, Scene } from "./scene";

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|swrast/i;
/** Words of the palette in one row of its texture. */
const PALETTE = 256;

const VERTEX = `#version 300 es
precision highp float;
precision highp int;
in float x;
in float y;
in uint shade;
in uint state;
uniform vec2 scale, shift, size;
uniform float across;
uniform uint want;
uniform bool plain;
uniform highp sampler2D palette;
flat out vec3 color;
void main() {
  vec2 corner = floor(vec2(x, y) * scale + shift);
  vec2 center = (corner + across * 0.5) / size;
  uint at = plain ? 0u : shade;
  color = texelFetch(palette, ivec2(int(at & 255u), int(at >> 8u)), 0).rgb;
  gl_Position = state == want ? vec4(center.x * 2.0 - 1.0, 1.0 - center.y * 2.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = across;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 color;
uniform float across, opacity;
out vec4 drawn;
void main() {
  vec2 pixel = floor(gl_PointCoord * across) + 0.5;
  float cover = across < 3.0 ? 1.0 : clamp(across * 0.5 + 0.5 - distance(pixel, vec2(across * 0.5)), 0.0, 1.0);
  drawn = vec4(color, cover * opacity);
}`;

let hardware: boolean | null = null;

/** Whether hardware draws WebGL2 here; asked once, for browsers keep few contexts. */
export function drawnByHardware(): boolean {
  if (hardware === null) {
    const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
    hardware = gl !== null && !SOFTWARE.test(nameOf(gl));
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return hardware;
}

function nameOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

const FIELDS = ["x", "y", "shade", "state"] as const;
type Field = (typeof FIELDS)[number];
type Arrays = Record<Field, Float32Array | Uint16Array | Uint8Array>;

export class WebglPainter implements Painter {
  readonly kind = "webgl2";
  readonly software: boolean;
  readonly canvas = document.createElement("canvas");
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly uniforms = new Map<string, WebGLUniformLocation | null>();
  private readonly buffers = new Map<Field, { buffer: WebGLBuffer; held: ArrayBufferView | null }>();
  private readonly palette: WebGLTexture;

  constructor(lost: () => void) {
    const gl = this.canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    if (gl === null) throw new Error("This browser has no WebGL2; choose the renderer 'cpu' or 'auto'.");
    this.gl = gl;
    this.software = SOFTWARE.test(nameOf(gl));
    this.canvas.addEventListener("webglcontextlost", lost);
    this.program = programOf(gl);
    for (const name of FIELDS) this.buffers.set(name, { buffer: gl.createBuffer(), held: null });
    this.palette = gl.createTexture();
  }

  *paint(scene: Scene): Generator<undefined, number> {
    const { gl } = this;
    const { width, height } = scene;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    background(gl, scene);
    gl.useProgram(this.program);
    // The viewport is larger than the picture: a point is clipped by its center.
    gl.viewport(-ROOM, -ROOM, width + 2 * ROOM, height + 2 * ROOM);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    const { arrays, runs, place } = whatToDraw(scene);
    for (const name of FIELDS) this.give(name, arrays[name]);
    gl.uniform2f(this.uniform("size"), width + 2 * ROOM, height + 2 * ROOM);
    for (const pass of scene.passes) this.pass(pass, runs, place);
    return countDrawn(scene);
  }

  destroy(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }

  private pass(pass: Pass, runs: readonly number[], place: Placing): void {
    const { gl } = this;
    const size = Math.min(pass.size, ROOM);
    const shift = ROOM + 0.5 - size / 2;
    this.colors(pass.palette);
    gl.uniform2f(this.uniform("scale"), place.ax, place.ay);
    gl.uniform2f(this.uniform("shift"), place.bx + shift, place.by + shift);
    gl.uniform1f(this.uniform("across"), size);
    gl.uniform1f(this.uniform("opacity"), pass.opacity);
    gl.uniform1ui(this.uniform("want"), pass.want);
    gl.uniform1i(this.uniform("plain"), pass.flat ? 1 : 0);
    for (let k = 0; k < runs.length; k += 2) gl.drawArrays(gl.POINTS, runs[k] ?? 0, (runs[k + 1] ?? 0) - (runs[k] ?? 0));
  }

  private uniform(name: string): WebGLUniformLocation | null {
    const known = this.uniforms.get(name);
    if (known !== undefined) return known;
    const found = this.gl.getUniformLocation(this.program, name);
    this.uniforms.set(name, found);
    return found;
  }

  /** Hand an array to the hardware, unless it has it. */
  private give(name: Field, array: Float32Array | Uint16Array | Uint8Array): void {
    const { gl } = this;
    const entry = this.buffers.get(name);
    const at = gl.getAttribLocation(this.program, name);
    if (entry === undefined || at < 0) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, entry.buffer);
    if (entry.held !== array) gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    entry.held = array;
    const type = array instanceof Float32Array ? gl.FLOAT : array instanceof Uint16Array ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE;
    gl.enableVertexAttribArray(at);
    if (name === "shade" || name === "state") gl.vertexAttribIPointer(at, 1, type, 0, 0);
    else gl.vertexAttribPointer(at, 1, type, false, 0, 0);
  }

  private colors(palette: Uint32Array): void {
    const { gl } = this;
    const rows = Math.ceil(palette.length / PALETTE);
    const texels = new Uint32Array(rows * PALETTE);
    texels.set(palette);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(texels.buffer));
  }
}

/** The arrays as they lie in the index; where those are too coarse for the view, the places of the rows in view in pixels. */
function whatToDraw(scene: Scene): { arrays: Arrays; runs: number[]; place: Placing } {
  const { index, shades, states } = scene;
  const [place, runs] = [placing(scene), runsOf(scene)];
  if (!place.exact) return { arrays: { x: index.qx, y: index.qy, shade: shades, state: states }, runs, place };
  let n = 0;
  for (let k = 0; k < runs.length; k += 2) n += (runs[k + 1] ?? 0) - (runs[k] ?? 0);
  const arrays = { x: new Float32Array(n), y: new Float32Array(n), shade: new Uint16Array(n), state: new Uint8Array(n) };
  let at = 0;
  for (let k = 0; k < runs.length; k += 2) {
    for (let i = runs[k] ?? 0; i < (runs[k + 1] ?? 0); i++, at++) {
      const row = index.order[i] ?? 0;
      arrays.x[at] = (index.x[row] ?? 0) * place.ax + place.bx;
      arrays.y[at] = (index.y[row] ?? 0) * place.ay + place.by;
      arrays.shade[at] = shades[i] ?? 0;
      arrays.state[at] = states[i] ?? 0;
    }
  }
  return { arrays, runs: [0, n], place: { exact: true, ax: 1, ay: 1, bx: 0, by: 0 } };
}

function background(gl: WebGL2RenderingContext, { width, height, ground, lines }: Scene): void {
  const clear = (color: number, x: number, y: number, wide: number, high: number): void => {
    gl.scissor(x, height - y - high, wide, high);
    gl.clearColor((color & 255) / 255, ((color >>> 8) & 255) / 255, ((color >>> 16) & 255) / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  };
  gl.enable(gl.SCISSOR_TEST);
  clear(ground, 0, 0, width, height);
  for (const y of lines.y) clear(lines.color, 0, y, width, lines.thick);
  for (const x of lines.x) clear(lines.color, x, 0, lines.thick, height);
  gl.disable(gl.SCISSOR_TEST);
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error("WebGL2 was lost while starting.");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`WebGL2: ${gl.getProgramInfoLog(program) ?? "no program"}`);
  return program;
}
