// One level of map: its elements, and where they are at each level of detail.
class Sheet {
  constructor(figure) {
    this.level = figure.dataset.level;
    this.figure = figure;
    this.svg = one("svg", figure);
    this.data = data[this.level];
    this.view = new View(this.svg);
    this.boxes = new Map(all("[data-box]", this.svg).map((group) => [Number(group.dataset.box), group]));
    this.lines = new Map(all("g[data-arrow]", this.svg).map((group) => [Number(group.dataset.arrow), group]));
    this.labels = new Map(all("text[data-arrow]", this.svg).map((text) => [Number(text.dataset.arrow), text]));
    this.start = this.data.boxes.events.length;
    this.end = this.start + 1;
    const { source, target } = this.data.arrows;
    this.between = new Map(source.map((from, number) => [`${from}>${target[number]}`, number]));
    this.rows = all(`.om-tables[data-level="${this.level}"] tr[data-box], .om-tables[data-level="${this.level}"] tr[data-arrow]`);
    [this.row, this.column] = this.data.at;
    for (const group of [...this.boxes.values(), ...this.lines.values()]) {
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", one("title", group).textContent.replaceAll("\n", ", "));
      group.setAttribute("tabindex", "-1");
    }
    for (const group of this.lines.values()) {
      // A wide invisible line is easier to hit than a thin one.
      const wide = one(".line", group).cloneNode();
      wide.setAttribute("class", "hit");
      group.append(wide);
    }
  }

  get shown() {
    return this.data.rows[this.row][this.column];
  }

  arrow(from, to) {
    return this.between.get(`${from}>${to}`);
  }

  // Put everything where it is at the chosen level of detail.
  place() {
    const shown = this.shown;
    this.corners = new Map(shown.boxes.map(([number, x, y]) => [number, [x, y]]));
    this.paths = new Map(shown.arrows.map(([number, line]) => [number, line]));
    for (const [number, group] of this.boxes) {
      const corner = this.corners.get(number);
      if (corner) group.setAttribute("transform", `translate(${corner[0]} ${corner[1]})`);
      this.hide(group, !corner);
    }
    for (const [number, group] of this.lines) {
      this.hide(group, !this.paths.has(number));
      this.hide(this.labels.get(number), !this.paths.has(number));
    }
    for (const [number, line, head, x, y] of shown.arrows) {
      const group = this.lines.get(number);
      for (const path of all(".line, .hit", group)) path.setAttribute("d", line);
      one(".head", group).setAttribute("d", head);
      const label = this.labels.get(number);
      label.setAttribute("x", x);
      label.setAttribute("y", y + 3.3);
    }
    for (const row of this.rows) {
      const here = row.dataset.box ? this.corners.has(Number(row.dataset.box)) : this.paths.has(Number(row.dataset.arrow));
      row.classList.toggle("om-off", !here);
      row.lastElementChild.textContent = here ? "yes" : "no";
    }
    this.view.resize(...shown.size);
    this.rove(this.corners.has(this.start) ? this.start : shown.boxes[0][0]);
    this.home();
  }

  hide(element, hidden) {
    if (hidden) element.setAttribute("display", "none");
    else element.removeAttribute("display");
  }

  home() {
    const from = this.corners.has(this.start) ? this.start : this.shown.boxes[0][0];
    this.view.home(this.corners.get(from)[0] + this.data.boxes.width[from] / 2);
  }

  // Choose the level of detail with so many activities whose number of paths is nearest to what is shown now.
  chooseRow(row) {
    const { source } = this.data.arrows;
    const share = this.shown.arrows.length / Math.max(...this.data.rows[this.row].map((level) => level.arrows.length), 1);
    const levels = this.data.rows[row];
    const most = Math.max(...levels.map((level) => level.arrows.length), 1);
    const off = levels.map((level) => Math.abs(level.arrows.length / most - share));
    this.row = row;
    this.column = off.indexOf(Math.min(...off));
  }

  // Choose the least detailed level that shows a box or an arrow; return whether there is one.
  chooseLevelWith(kind, number) {
    const key = kind === "box" ? "boxes" : "arrows";
    for (const [row, levels] of this.data.rows.entries()) {
      const column = levels.findIndex((level) => level[key].some(([shown]) => shown === number));
      if (column >= 0 && (row >= this.row || kind === "box")) {
        [this.row, this.column] = [row, column];
        return true;
      }
    }
    return false;
  }

  colour(metric) {
    const { arrows } = this.data;
    const colours = metric === "time" ? arrows.long : arrows.often;
    for (const [number, group] of this.lines) {
      one(".line", group).setAttribute("stroke", colours[number]);
      one(".head", group).setAttribute("fill", colours[number]);
      this.labels.get(number).textContent = metric === "time" ? arrows.median[number] : grouped(arrows.events[number]);
    }
  }

  // Set some boxes and arrows off from the others; null for none.
  highlight(boxes, arrows) {
    this.svg.classList.toggle("om-focused", boxes !== null);
    for (const [number, group] of this.boxes) group.classList.toggle("on", boxes !== null && boxes.has(number));
    for (const part of [this.lines, this.labels]) {
      for (const [number, group] of part) group.classList.toggle("on", arrows !== null && arrows.has(number));
    }
  }

  // The one box that the Tab key reaches; from there, arrow keys go on.
  rove(number) {
    this.boxes.get(this.roving)?.setAttribute("tabindex", "-1");
    this.roving = number;
    this.boxes.get(number).setAttribute("tabindex", "0");
  }

  reveal(number) {
    const [x, y] = this.corners.get(number);
    this.view.reveal(x, y, this.data.boxes.width[number], this.data.boxes.height[number]);
  }

  // Move the focus to the nearest box in a direction.
  step(number, x, y) {
    const centre = (other) => {
      const [left, top] = this.corners.get(other);
      return [left + this.data.boxes.width[other] / 2, top + this.data.boxes.height[other] / 2];
    };
    const [fromX, fromY] = centre(number);
    let best = null;
    let least = Infinity;
    for (const other of this.corners.keys()) {
      const [toX, toY] = centre(other);
      const along = (toX - fromX) * x + (toY - fromY) * y;
      const across = Math.abs((toX - fromX) * y) + Math.abs((toY - fromY) * x);
      if (along > 1 && along + 2 * across < least) [best, least] = [other, along + 2 * across];
    }
    if (best === null) return;
    this.rove(best);
    this.boxes.get(best).focus({ preventScroll: true });
    this.reveal(best);
  }
}
