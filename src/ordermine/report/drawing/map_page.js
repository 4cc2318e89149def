"use strict";
// Pan and zoom by changing the drawing's viewBox; the page works without this script, too.
(() => {
  const frame = document.getElementById("map");
  const drawing = frame.querySelector("svg");
  const whole = drawing.viewBox.baseVal;
  const start = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let view = { ...start };

  const show = (next) => {
    view = next;
    drawing.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  };
  const unitsPerPixel = () => {
    const box = drawing.getBoundingClientRect();
    return Math.max(view.width / box.width, view.height / box.height);
  };
  // Zoom around a point of the screen, so that what is under the pointer stays there.
  const zoom = (factor, clientX, clientY) => {
    const width = view.width / factor;
    if (width > start.width * 4 || width < start.width / 60) return;
    const box = drawing.getBoundingClientRect();
    const x = clientX === undefined ? 0 : clientX - (box.left + box.width / 2);
    const y = clientY === undefined ? 0 : clientY - (box.top + box.height / 2);
    const moved = unitsPerPixel() * (1 - 1 / factor);
    const centreX = view.x + view.width / 2 + x * moved;
    const centreY = view.y + view.height / 2 + y * moved;
    const height = view.height / factor;
    show({ x: centreX - width / 2, y: centreY - height / 2, width, height });
  };
  const pan = (x, y) => show({ ...view, x: view.x + x, y: view.y + y });
  // Letters about as large as the page's, from the top: the way to read a tall map.
  const readable = () => {
    const box = drawing.getBoundingClientRect();
    const scale = Math.min(1.35, box.width / start.width);
    const width = box.width / scale;
    show({ x: start.x + (start.width - width) / 2, y: start.y, width, height: box.height / scale });
  };

  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // Without a key, the wheel scrolls the page.
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.002), event.clientX, event.clientY);
  }, { passive: false });
  frame.addEventListener("dblclick", (event) => zoom(event.shiftKey ? 0.5 : 2, event.clientX, event.clientY));

  let last = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    last = event;
    frame.setPointerCapture(event.pointerId);
    frame.classList.add("dragging");
  });
  frame.addEventListener("pointermove", (event) => {
    if (last === null || event.pointerId !== last.pointerId) return;
    const scale = unitsPerPixel();
    pan((last.clientX - event.clientX) * scale, (last.clientY - event.clientY) * scale);
    last = event;
  });
  const release = () => {
    last = null;
    frame.classList.remove("dragging");
  };
  frame.addEventListener("pointerup", release);
  frame.addEventListener("pointercancel", release);

  const step = 60;
  const keys = {
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": () => show({ ...start }),
    "1": readable,
    ArrowLeft: () => pan(-step * unitsPerPixel(), 0), ArrowRight: () => pan(step * unitsPerPixel(), 0),
    ArrowUp: () => pan(0, -step * unitsPerPixel()), ArrowDown: () => pan(0, step * unitsPerPixel()),
  };
  frame.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  for (const button of document.querySelectorAll("button[data-key]")) {
    button.addEventListener("click", () => keys[button.dataset.key]());
  }
  // On paper, the whole map.
  let beforePrint = view;
  addEventListener("beforeprint", () => { beforePrint = view; show({ ...start }); });
  addEventListener("afterprint", () => show(beforePrint));

  const box = drawing.getBoundingClientRect();
  if (start.height > 2 * box.height) readable();
  document.getElementById("controls").hidden = false;
})();
