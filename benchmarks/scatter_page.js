// The page's side of bench_scatter.py.

window.prepare = async ({ source, x, y, codes, n, deviation }) => {
  window.module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  let state = 7;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  window.n = n;
  window.x = new Float32Array(n);
  window.y = new Float32Array(n);
  window.codes = new Uint16Array(n);
  for (let i = 0; i < n; i++) {
    const at = Math.floor((i / n) * x.length);  // sorted by class, as files are
    const [r, a] = [deviation * Math.sqrt(-2 * Math.log(1 - random())), 2 * Math.PI * random()];
    window.x[i] = x[at] + r * Math.cos(a);
    window.y[i] = y[at] + r * Math.sin(a);
    window.codes[i] = codes[at];
  }
  window.colors = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a100", "#7f7f7f", "#882255", "#44aa99",
  ];
  window.middle = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  window.p95 = (times) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];
  window.isColored = (pixels, k) => {
    const [r, g, b] = [pixels[4 * k], pixels[4 * k + 1], pixels[4 * k + 2]];
    return Math.max(r, g, b) - Math.min(r, g, b) > 12;
  };
  window.nextFrame = () => new Promise((done) => requestAnimationFrame(done));
};

window.measure = async () => {
  const found = {};
  const options = { renderer: "cpu", xTitle: "t-SNE 1", yTitle: "t-SNE 2" };
  const plot = module.createScatter(document.getElementById("host"), options);
  const until = (wanted) => new Promise((done) => {
    const off = plot.on("status", (said) => { if (wanted(said)) { off(); done(said); } });
  });
  const whole = () => until((said) => !said.sampled && said.points === n);
  await nextFrame();
  await nextFrame();

  let start = performance.now();
  const some = until((said) => said.points === n).then(() => performance.now() - start);
  plot.setPoints(x, y);
  found["index"] = performance.now() - start;
  plot.setColoring({ kind: "classes", codes, colors });
  const all = await whole();
  found["first draw"] = performance.now() - start;
  found["first pixels"] = await some;
  found["all drawn"] = all.milliseconds;
  found["drawn"] = all.drawn;

  // Which pixels the points must cover, by looking at each: 2 or 1 pixels square, as the plot draws so many.
  const view = plot.view;
  const canvas = document.querySelector("#host canvas");
  const { width, height } = canvas;
  const size = n > 2_000_000 ? 1 : 2;
  const covered = new Uint8Array(width * height);
  for (let i = 0; i < n; i++) {
    const u = Math.floor((x[i] - view.x0) / (view.x1 - view.x0) * width + 0.5 - size / 2);
    const v = Math.floor((view.y1 - y[i]) / (view.y1 - view.y0) * height + 0.5 - size / 2);
    for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) covered[(v + b) * width + u + a] = 1;
  }
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  let [same, seen] = [0, 0];
  for (let k = 0; k < width * height; k++) {
    const colored = isColored(pixels, k) || pixels[4 * k] < 225;
    seen += colored;
    same += colored === (covered[k] === 1);
  }
  found["pixels covered"] = seen;
  found["pixels as expected"] = same / (width * height);

  const frames = [];
  const wide = view.x1 - view.x0;
  let before = await nextFrame();
  for (let k = 1; k <= 60; k++) {
    plot.setView({ ...view, x0: view.x0 + 0.003 * k * wide, x1: view.x1 + 0.003 * k * wide });
    const now = await nextFrame();
    frames.push(now - before);
    before = now;
  }
  found["pan p50"] = middle(frames);
  found["pan p95"] = p95(frames);
  plot.setView(view);
  await whole();

  const [cx, cy, rx, ry] = [(view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2, wide * 0.3, (view.y1 - view.y0) * 0.3];
  const polygon = Array.from({ length: 200 }, (_, k) => {
    const t = (k / 200) * 2 * Math.PI;
    return [cx + rx * Math.cos(t) * (1 + 0.2 * Math.sin(9 * t)), cy + ry * Math.sin(t)];
  });
  start = performance.now();
  const bits = plot.selectWithin(polygon);
  found["lasso"] = performance.now() - start;
  const shown = until((said) => said.points === n).then(() => performance.now() - start);
  const chosen = await whole();
  found["lasso, shown"] = await shown;
  found["lasso, all drawn"] = performance.now() - start;
  found["selected"] = chosen.selected;
  let [inside, wrong] = [0, 0];
  for (let i = 0; i < n; i++) {
    let odd = false;
    for (let k = 0, j = 199; k < 200; j = k++) {
      const [ax, ay] = polygon[k];
      const [bx, by] = polygon[j];
      if (ay > y[i] !== by > y[i] && x[i] < (bx - ax) * (y[i] - ay) / (by - ay) + ax) odd = !odd;
    }
    inside += odd;
    wrong += odd !== bits.has(i);
  }
  found["inside, one by one"] = inside;
  found["rows that differ"] = wrong;
  plot.setSelection(null);
  await whole();

  for (const cells of [15, 50]) {
    plot.setMosaic((rows) => Promise.resolve(rows.map(() => null)), cells);
    found[`mosaic ${cells}`] = (await until((said) => said.points === n)).milliseconds;
  }
  plot.setMosaic(null);
  await whole();
  found["memory"] = performance.memory.usedJSHeapSize / 1e6;
  return found;
};

window.peer = async () => {
  const rows = Array.from({ length: n }, (_, i) => ({ x: x[i], y: y[i], c: codes[i] }));
  const domain = (values) => {
    const [low, high] = [(a, b) => Math.min(a, b), (a, b) => Math.max(a, b)];
    return [values.reduce(low, Infinity), values.reduce(high, -Infinity)];
  };
  const [dx, dy] = [domain(x), domain(y)];
  const start = performance.now();
  const scale = (name, range, signal) => ({ name, type: "linear", range, domain: { signal }, zero: false });
  const view = new vega.View(vega.parse({
    width: 1360, height: 780,
    signals: [{ name: "dx", value: dx }, { name: "dy", value: dy }],
    data: [{ name: "rows" }],
    scales: [scale("sx", "width", "dx"), scale("sy", "height", "dy"),
      { name: "sc", type: "ordinal", domain: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], range: colors }],
    axes: [{ orient: "bottom", scale: "sx" }, { orient: "left", scale: "sy" }],
    marks: [{ type: "symbol", clip: true, from: { data: "rows" }, encode: { update: {
      x: { scale: "sx", field: "x" }, y: { scale: "sy", field: "y" }, fill: { scale: "sc", field: "c" },
      size: { value: 2 }, shape: { value: "square" }, opacity: { value: 0.6 } } } }],
  }), { renderer: "canvas", container: document.getElementById("host") });
  view.data("rows", rows);
  await view.runAsync();
  const first = performance.now() - start;
  const frames = [];
  for (let k = 1; k <= 5; k++) {
    const before = performance.now();
    await view.signal("dx", dx.map((d) => d + 0.003 * k * (dx[1] - dx[0]))).runAsync();
    frames.push(performance.now() - before);
  }
  const canvas = document.querySelector("#host canvas");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let seen = 0;
  for (let k = 0; k < canvas.width * canvas.height; k++) seen += data[4 * k + 3] > 0 && isColored(data, k);
  return { first, frame: middle(frames), worst: Math.max(...frames), seen };
};

window.fetched = async () => {
  const start = performance.now();
  const place = "file=flow.yaml&ref=rows&point=0";
  const ask = (kind, column) => fetch(`/api/${kind}?${place}&column=${column}`).then((a) => a.arrayBuffer());
  const arrays = await Promise.all([ask("numbers", "x"), ask("numbers", "y"), ask("codes", "kind")]);
  return { milliseconds: performance.now() - start, bytes: arrays.reduce((sum, a) => sum + a.byteLength, 0) };
};
