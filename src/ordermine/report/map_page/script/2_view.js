// What part of a drawing is seen: pan and zoom by changing its viewBox.
class View {
  constructor(svg) {
    this.svg = svg;
    this.resize(svg.viewBox.baseVal.width, svg.viewBox.baseVal.height);
  }

  resize(width, height) {
    this.whole = { x: -8, y: -8, width: width + 16, height: height + 16 };
    this.seen = { ...this.whole };
  }

  show(seen) {
    this.seen = seen;
    this.svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${seen.width} ${seen.height}`);
  }

  unitsPerPixel() {
    const box = this.svg.getBoundingClientRect();
    return Math.max(this.seen.width / box.width, this.seen.height / box.height);
  }

  pan(x, y) {
    this.moved = true;
    this.show({ ...this.seen, x: this.seen.x + x, y: this.seen.y + y });
  }

  // Zoom around a point of the screen (by default the middle), so that what is under the pointer stays there.
  zoom(factor, clientX, clientY) {
    const { x, y, width, height } = this.seen;
    if (width / factor > this.whole.width * 4 || width / factor < this.whole.width / 60) return;
    this.moved = true;
    const box = this.svg.getBoundingClientRect();
    const shift = this.unitsPerPixel() * (1 - 1 / factor);
    const offX = clientX === undefined ? 0 : clientX - (box.left + box.width / 2);
    const offY = clientY === undefined ? 0 : clientY - (box.top + box.height / 2);
    this.show({
      x: x + (width - width / factor) / 2 + offX * shift,
      y: y + (height - height / factor) / 2 + offY * shift,
      width: width / factor,
      height: height / factor,
    });
  }

  fit() {
    this.show({ ...this.whole });
  }

  // Letters about as large as the page's, from the top: the way to read a tall map.
  readable(centre) {
    const box = this.svg.getBoundingClientRect();
    const scale = Math.min(1.25, Math.max(0.8, box.width / this.whole.width));
    const width = box.width / scale;
    // Around `centre` where it is wider than the screen, but not beyond its sides.
    const over = this.whole.width - width;
    const x = over <= 0 ? over / 2 : Math.min(Math.max(centre - width / 2 - this.whole.x, 0), over);
    this.show({ x: this.whole.x + x, y: this.whole.y, width, height: box.height / scale });
  }

  // All of it, if that can be read; a small map isn't blown up.
  home(centre) {
    const box = this.svg.getBoundingClientRect();
    if (!box.width) return;
    this.moved = false;
    const scale = Math.min(box.width / this.whole.width, box.height / this.whole.height);
    if (scale < 0.7) this.readable(centre);
    else if (scale > 1.35) {
      const width = box.width / 1.35, height = box.height / 1.35;
      const { x, y } = this.whole;
      this.show({ x: x - (width - this.whole.width) / 2, y: y - (height - this.whole.height) / 2, width, height });
    } else this.fit();
  }

  // Bring a box into view without changing the scale.
  reveal(x, y, width, height) {
    const seen = this.seen;
    const inside = x >= seen.x && y >= seen.y && x + width <= seen.x + seen.width && y + height <= seen.y + seen.height;
    if (!inside) this.show({ ...seen, x: x + width / 2 - seen.width / 2, y: y + height / 2 - seen.height / 2 });
  }
}

// Drag, pinch, wheel and keys; `current` gives the view they act on.
function steer(frame, current, home) {
  const pointers = new Map();
  let travelled = 0;
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // Without a key, the wheel scrolls the page.
    event.preventDefault();
    current().zoom(Math.exp(-event.deltaY * 0.002), event.clientX, event.clientY);
  }, { passive: false });
  frame.addEventListener("dblclick", (event) => current().zoom(event.shiftKey ? 0.5 : 2, event.clientX, event.clientY));
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!pointers.size) travelled = 0;
    pointers.set(event.pointerId, event);
  });
  frame.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (last === undefined) return;
    const before = pointers.size === 2 ? spread() : 0;
    pointers.set(event.pointerId, event);
    if (before) {
      const [a, b] = [...pointers.values()];
      current().zoom(spread() / before, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
      travelled = Infinity;
      return;
    }
    const scale = current().unitsPerPixel();
    travelled += Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY);
    // A click may tremble. Only a drag captures the pointer, as a captured click no longer says what it hit.
    if (travelled > 4) {
      frame.setPointerCapture(event.pointerId);
      frame.classList.add("om-dragging");
    }
    current().pan((last.clientX - event.clientX) * scale, (last.clientY - event.clientY) * scale);
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) frame.classList.remove("om-dragging");
  };
  addEventListener("pointerup", release);
  addEventListener("pointercancel", release);

  const step = () => 60 * current().unitsPerPixel();
  const keys = {
    "+": () => current().zoom(1.25), "=": () => current().zoom(1.25), "-": () => current().zoom(0.8),
    "0": () => current().fit(), "1": home,
    ArrowLeft: () => current().pan(-step(), 0), ArrowRight: () => current().pan(step(), 0),
    ArrowUp: () => current().pan(0, -step()), ArrowDown: () => current().pan(0, step()),
  };
  frame.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    const onBox = event.target !== frame && event.key.startsWith("Arrow"); // There, arrow keys go to other boxes.
    if (action === undefined || onBox || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  for (const each of all("button[data-key]")) each.addEventListener("click", () => keys[each.dataset.key]());
  return { dragged: () => travelled > 4 };
}
