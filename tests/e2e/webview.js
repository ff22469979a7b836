// Between a widget and Python, as ipywidgets is: a model with its events, views, messages with buffers. It also counts what
// the widget has in the page outside of itself: observers, listeners of window and document, long timers.
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const texts = (buffer) => btoa([...new Uint8Array(buffer)].map((b) => String.fromCharCode(b)).join(""));

class DOMWidgetModel {
  constructor(state) {
    Object.assign(this, { held: state, heard: [], changed: new Set() });
    this.initialize();
  }
  initialize() {}
  on(name, call, context) {
    this.heard.push({ name, call, context });
  }
  once() {}
  off(name, call, context) {
    const meant = (h) => (name ?? h.name) === h.name && (call ?? h.call) === h.call && (context ?? h.context) === h.context;
    this.heard = this.heard.filter((h) => !meant(h));
  }
  trigger(name, ...given) {
    for (const h of this.heard) if (h.name === name) h.call(...given);
  }
  get(name) {
    return this.held[name];
  }
  set(name, value) {
    this.held[name] = value;
    this.changed.add(name);
    this.trigger(`change:${name}`);
  }
  save_changes() {
    const state = {}, paths = [], buffers = [];
    for (const name of this.changed) {
      if (this.held[name] instanceof DataView) {
        paths.push([name]);
        buffers.push(texts(this.held[name].buffer));
      } else state[name] = this.held[name];
    }
    this.changed.clear();
    void say({ method: "update", state, buffer_paths: paths }, buffers);
  }
  send(content) {
    void say({ method: "custom", content }, []);
  }
  async _handle_comm_msg({ data, buffers }) {
    if (data.method === "custom") this.trigger("msg:custom", data.content, buffers.map((b) => new DataView(bytes(b))));
    if (data.method !== "update") return;
    const state = withBuffers(data, buffers);
    Object.assign(this.held, state);
    for (const name of Object.keys(state)) this.trigger(`change:${name}`);
  }
}

class DOMWidgetView {
  constructor(model) {
    this.model = model;
    this.el = document.createElement("div");
    this.$el = { empty: () => this.el.replaceChildren() };
  }
  remove() {
    this.el.parentElement.remove();
  }
}

function withBuffers({ state, buffer_paths: paths = [] }, buffers) {
  paths.forEach(([name], i) => (state[name] = new DataView(bytes(buffers[i]))));
  return state;
}
async function say(data, buffers) {
  await deliver(await window.toPython(JSON.stringify({ data, buffers })));
}
async function deliver(sent) {
  for (const message of sent) await model._handle_comm_msg(message);
}

let made, model;
const views = [];
const define = (_, factory) => (made = factory({ DOMWidgetModel, DOMWidgetView }));
function start({ data, buffers }) {
  model = new made.AnyModel(withBuffers(data, buffers));
}
function show() {
  const place = document.createElement("div");
  place.className = "cell-output-ipywidget-background";
  const view = new made.AnyView(model);
  place.append(view.el);
  document.body.append(place);
  void view.render();
  return views.push(view) - 1;
}

const refused = [];
document.addEventListener("securitypolicyviolation", (e) => refused.push(`${e.violatedDirective} ${e.blockedURI}`));
// Keys that come as far as this are taken by VS Code for its own.
const keys = [];
window.addEventListener("keydown", (e) => keys.push(e.key));

// anywidget imports the module from a blob: what is begun from there is the widget's, not the tester's.
const ours = () => new Error().stack.includes("blob:");
const alive = new Set();
for (const kind of [MutationObserver, ResizeObserver, IntersectionObserver]) {
  const { observe, disconnect } = kind.prototype;
  kind.prototype.observe = function (...given) {
    if (ours()) alive.add(this);
    return observe.apply(this, given);
  };
  kind.prototype.disconnect = function () {
    alive.delete(this);
    return disconnect.apply(this);
  };
}
const { addEventListener: add, removeEventListener: drop } = EventTarget.prototype;
const outside = (it) => it === window || it === document || it === document.body || it instanceof MediaQueryList;
const listening = [];
EventTarget.prototype.addEventListener = function (name, call, options) {
  const it = this ?? window;
  if (outside(it) && ours()) listening.push({ it, name, call });
  return add.call(it, name, call, options);
};
EventTarget.prototype.removeEventListener = function (name, call, options) {
  const it = this ?? window;
  const at = listening.findIndex((l) => l.it === it && l.name === name && l.call === call);
  if (at >= 0) listening.splice(at, 1);
  return drop.call(it, name, call, options);
};
const timers = new Set();
const { setTimeout: later, clearTimeout: never } = window;
window.setTimeout = (call, wait, ...given) => {
  const timer = later(() => (timers.delete(timer), call(...given)), wait);
  if (wait >= 1000 && ours()) timers.add(timer);
  return timer;
};
window.clearTimeout = (timer) => (timers.delete(timer), never(timer));
function outsideOfIt() {
  return {
    observers: [...alive].map((a) => a.constructor.name),
    listeners: listening.map((l) => l.name),
    timers: timers.size,
    // The loader itself watches the module and its styles, for all views.
    events: model.heard.map((h) => h.name).filter((name) => !["change:_esm", "change:_css"].includes(name)),
    elements: document.body.childElementCount,
  };
}
