// Orders moving along the arrows: every dot is one of the sampled orders, and no more than what was recorded.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

class Playback {
  constructor(bar, current) {
    this.bar = bar;
    this.current = current;
    this.slider = one(".om-time", bar);
    this.speed = one(".om-speed", bar);
    this.mode = one(".om-mode", bar);
    this.start = one(".om-start", bar);
    this.playing = false;
    this.time = 0;
    this.start.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.slider.addEventListener("input", () => { this.time = (Number(this.slider.value) / 1000) * this.span; this.move(); });
    this.mode.addEventListener("change", () => this.rewind());
    this.speed.addEventListener("change", () => { this.chosen = this.speed.selectedIndex; });
  }

  get journeys() {
    return this.current().data.journeys;
  }

  get together() {
    return Number(this.mode.value);
  }

  get span() {
    return this.journeys.spans[this.together];
  }

  // Another map, or another kind of time: from the beginning.
  rewind() {
    this.pause();
    for (const layer of all(".om-dots")) layer.remove();
    this.bar.hidden = this.journeys === null;
    this.time = 0;
    this.slider.value = "0";
    if (this.journeys === null) return;
    this.chosen = this.chosen ?? this.journeys.speed;
    this.speed.replaceChildren(...this.journeys.speeds[this.together].map(({ text }) => make("option", "", text)));
    this.speed.selectedIndex = this.chosen;
    this.tell(null);
  }

  // Another level of detail: the same moment on other paths.
  redraw() {
    if (one(".om-dots")) this.move();
  }

  play() {
    if (this.time >= this.span) this.time = 0;
    this.playing = true;
    this.show();
    let last = null;
    const frame = (now) => {
      if (!this.playing) return;
      if (last !== null) this.time += Math.min((now - last) / 1000, 0.1) * this.journeys.speeds[this.together][this.chosen].s;
      last = now;
      if (this.time >= this.span) {
        this.time = this.span;
        this.pause();
      }
      this.slider.value = String(Math.round((this.time / this.span) * 1000));
      this.move();
      if (this.playing) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  pause() {
    this.playing = false;
    this.show();
  }

  show() {
    this.start.setAttribute("aria-pressed", String(this.playing));
    one("span", this.start).textContent = this.playing ? "Pause" : "Play";
    one(".om-icon", this.start).setAttribute("d", this.playing ? "M2 1h3v10h-3zM7 1h3v10h-3z" : "M2 1l9 5-9 5z");
  }

  // Where an order is at a moment: undefined before its first and after its last event.
  whereabouts(order, time) {
    const stops = this.journeys.stops[order];
    let at = this.together ? 0 : this.journeys.starts[order];
    if (time < at) return undefined;
    for (let place = 0; place < stops.length; place += 3) {
      at += stops[place + 1];
      if (time <= at && stops[place + 1]) return { box: stops[place] };
      if (place + 2 >= stops.length) return undefined;
      const travel = stops[place + 2];
      if (time < at + travel) return { from: stops[place], to: stops[place + 3], share: (time - at) / travel };
      at += travel;
    }
    return undefined;
  }

  move() {
    const sheet = this.current();
    let layer = one(".om-dots", sheet.svg);
    if (!layer) {
      layer = document.createElementNS("http://www.w3.org/2000/svg", "g");
      layer.setAttribute("class", "om-dots");
      layer.setAttribute("aria-hidden", "true");
      sheet.svg.append(layer);
    }
    if (this.measured !== sheet.shown) {
      this.measured = sheet.shown;
      this.points = new Map();
    }
    const places = [];
    let under = 0;
    this.journeys.orders.forEach((_, order) => {
      const where = this.whereabouts(order, this.time);
      if (where === undefined) return;
      under += 1;
      const place = where.box === undefined ? this.along(sheet, where) : this.inside(sheet, where.box, order);
      if (place) places.push(place);
    });
    while (layer.childElementCount < places.length) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("r", "4");
      layer.append(dot);
    }
    while (layer.childElementCount > places.length) layer.lastElementChild.remove();
    places.forEach(([x, y], number) => {
      layer.children[number].setAttribute("cx", x.toFixed(1));
      layer.children[number].setAttribute("cy", y.toFixed(1));
    });
    this.tell({ under, hidden: under - places.length });
  }

  // A point of an arrow; measured once for every arrow of a level.
  along(sheet, { from, to, share }) {
    const number = sheet.arrow(from, to);
    if (!sheet.paths.has(number)) return null;
    if (!this.points.has(number)) {
      const path = one(".line", sheet.lines.get(number));
      const length = path.getTotalLength();
      this.points.set(number, Array.from({ length: 33 }, (_, step) => path.getPointAtLength((length * step) / 32)));
    }
    const points = this.points.get(number);
    const place = Math.min(Math.floor(share * 32), 31);
    const rest = share * 32 - place;
    const [a, b] = [points[place], points[place + 1]];
    return [a.x + (b.x - a.x) * rest, a.y + (b.y - a.y) * rest];
  }

  // Orders that stay in a box stand in rows along its lower edge.
  inside(sheet, box, order) {
    const corner = sheet.corners.get(box);
    if (!corner) return null;
    const width = sheet.data.boxes.width[box];
    return [corner[0] + 6 + ((order * 37) % Math.max(width - 12, 1)), corner[1] + sheet.data.boxes.height[box]];
  }

  tell(counts) {
    const { orders, of } = this.journeys;
    one(".om-clock", this.bar).textContent = this.together ? this.elapsed() : this.date();
    const sample = orders.length < of ? `${grouped(orders.length)} of ${grouped(of)} orders, evenly spaced` : `all ${grouped(of)} orders`;
    const now = counts ? `; ${grouped(counts.under)} under way${counts.hidden ? `, ${grouped(counts.hidden)} of them on paths that are not drawn` : ""}` : "";
    one(".om-way", this.bar).textContent = `Each dot is an order: ${sample}${now}.`;
  }

  date() {
    const at = new Date((this.journeys.begin + this.time) * 1000);
    const two = (number) => String(number).padStart(2, "0");
    return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
  }

  elapsed() {
    const hours = Math.floor(this.time / 3600);
    return `after ${Math.floor(hours / 24)} d ${hours % 24} h`;
  }
}
