// The panel beside the map: numbers, variants and example orders of what is selected; the list of variants.
const LISTED_PATHS = 6;
const WORDS = {
  activity: { count: "events", times: "times", route: "variant", routes: "Variants", paths: "paths", node: "activity", nodes: "Activities" },
  department: { count: "visits", times: "handoffs", route: "journey", routes: "Journeys", paths: "handoffs", node: "department", nodes: "Departments" },
};

function numbers(...rows) {
  return make("dl", "om-numbers", ...rows.map(([term, ...shown]) => make("div", "", make("dt", "", term), make("dd", "", ...shown))));
}

function section(heading, ...children) {
  return make("section", "", make("h3", "", heading), ...children);
}

// `select(kind, number)` selects something else.
class Details {
  constructor(panel, list, select, show) {
    Object.assign(this, { panel, list, select, show });
  }

  explain(sheet) {
    const words = WORDS[sheet.level];
    this.panel.replaceChildren(
      make("h2", "", "How to read it"),
      make("p", "", `A box is ${sheet.level === "activity" ? "an activity; it names the department that does most of it and how many events there are" : "a department and how often orders visit it"}. An arrow is what directly comes next, with ${sheet.level === "activity" ? "how often, or the median time until then" : "how often orders are handed over, or the median time of it"}.`),
      make("p", "", `Select a box, an arrow or a ${words.route} for its numbers and example orders. All numbers are of the whole log, whatever the sliders hide.`),
    );
  }

  box(sheet, number) {
    const { boxes, arrows } = sheet.data;
    const words = WORDS[sheet.level];
    const border = number >= sheet.start;
    const head = [this.heading(border ? "" : words.node, border ? `${boxes.name[number]} of orders` : boxes.name[number])];
    if (!border && sheet.level === "activity") head.push(make("p", "om-sub", "mostly done by ", named(boxes.department[number])));
    const rows = border ? [["Orders", value(grouped(boxes.orders[number]), boxes.orders[number])]] : [
      [words.count, value(grouped(boxes.events[number]), boxes.events[number])],
      ["orders", value(grouped(boxes.orders[number]), boxes.orders[number])],
      ["start here", value(grouped(boxes.starts[number]), boxes.starts[number])],
      ["end here", value(grouped(boxes.ends[number]), boxes.ends[number])],
    ];
    const paths = (own, other) => arrows[own].map((box, arrow) => [box, arrow]).filter(([box]) => box === number)
      .map(([, arrow]) => [arrow, arrows[other][arrow]]).sort(([a], [b]) => arrows.events[b] - arrows.events[a] || a - b);
    this.panel.replaceChildren(
      ...head, numbers(...rows),
      ...this.paths(sheet, "Comes from", paths("target", "source")),
      ...this.paths(sheet, "Goes on to", paths("source", "target")),
      ...this.routes(sheet, sheet.data.box_routes[number], sheet.data.box_ways[number]),
      ...this.hint(sheet, "box", number),
    );
  }

  paths(sheet, heading, found) {
    if (!found.length) return [];
    const { boxes, arrows } = sheet.data;
    const item = ([arrow, other]) => make("li", "", button("om-row", () => this.select("arrow", arrow),
      named(boxes.name[other]), make("span", "om-figure", grouped(arrows.events[arrow]), arrows.median[arrow] ? ` · ${arrows.median[arrow]}` : "")));
    const list = make("ul", "om-rows", ...found.slice(0, LISTED_PATHS).map(item));
    const more = found.slice(LISTED_PATHS);
    if (more.length) {
      const open = button("om-more", () => { list.append(...more.map(item)); open.remove(); list.children[LISTED_PATHS].firstChild.focus(); }, `${grouped(more.length)} more`);
      return [section(heading, list, open)];
    }
    return [section(heading, list)];
  }

  arrow(sheet, number) {
    const { boxes, arrows } = sheet.data;
    const words = WORDS[sheet.level];
    const [source, target] = [arrows.source[number], arrows.target[number]];
    const link = (box) => button("om-link", () => this.select("box", box), named(boxes.name[box]));
    const rows = [[words.times, value(grouped(arrows.events[number]), arrows.events[number])], ["orders", value(grouped(arrows.orders[number]), arrows.orders[number])]];
    if (arrows.median_s[number] === null) rows.shift();
    else rows.push(["median time", value(arrows.median[number], arrows.median_s[number])], ["90 % within", value(arrows.p90[number], arrows.p90_s[number])]);
    this.panel.replaceChildren(
      this.heading(sheet.level === "activity" ? "path" : "handoff", null, link(source), make("span", "om-to", " → "), link(target)),
      numbers(...rows),
      ...this.routes(sheet, sheet.data.arrow_routes[number], sheet.data.arrow_ways[number]),
      ...this.hint(sheet, "arrow", number),
    );
  }

  route(sheet, number) {
    const route = sheet.data.routes[number];
    const { boxes } = sheet.data;
    const hidden = route.steps.filter((step) => step >= 0 && !sheet.corners.has(step)).length;
    const steps = route.steps.map((step) => make("li", "", step < 0 ? make("em", "", "department not recorded") : button("om-link", () => this.select("box", step), named(boxes.name[step]))));
    if (route.more) steps.push(make("li", "", `… ${counted(route.more, "more step")}`));
    this.panel.replaceChildren(
      this.heading("", `${WORDS[sheet.level].route[0].toUpperCase()}${WORDS[sheet.level].route.slice(1)} ${grouped(route.rank)}`),
      numbers(["orders", value(grouped(route.orders), route.orders)], ["of all orders", route.share], ["steps", grouped(route.steps.length + route.more)]),
      ...(hidden ? [make("p", "om-note", `${counted(hidden, "step")} of it ${hidden === 1 ? "is" : "are"} not drawn at this level of detail. `, button("om-link", () => this.show("all"), "Draw everything"))] : []),
      section("Steps", make("ol", "om-steps", ...steps)),
      this.examples(route.examples),
    );
  }

  heading(kind, name, ...children) {
    const close = button("om-close", () => this.select(null), "×");
    close.setAttribute("aria-label", "Close");
    return make("header", "", close, ...(kind ? [make("p", "om-kind", kind)] : []), make("h2", "", ...(name === null ? children : [named(name)])));
  }

  routes(sheet, through, ways) {
    const { routes } = sheet.data;
    const word = WORDS[sheet.level].route;
    const items = through.map((number) => make("li", "", button("om-row", () => this.select("route", number),
      make("span", "", `${word} ${grouped(routes[number].rank)}`), make("span", "om-figure", counted(routes[number].orders, "order")))));
    // One of each first, so that examples differ.
    const examples = [];
    for (let place = 0; place < 5; place += 1) for (const number of through) if (place < routes[number].examples.length) examples.push(routes[number].examples[place]);
    const heading = `In ${grouped(ways)} of ${counted(sheet.data.ways, word)}`;
    return through.length ? [section(heading, make("ul", "om-rows", ...items)), this.examples(examples.slice(0, 5))] : [];
  }

  examples(orders) {
    return section("Example orders", make("ul", "om-orders", ...orders.map((order) => make("li", "", make("code", "", named(order))))));
  }

  hint(sheet, kind, number) {
    const here = kind === "box" ? sheet.corners.has(number) : sheet.paths.has(number);
    if (here) return [];
    const drawn = sheet.data.rows.some((row) => row.some((level) => level[kind === "box" ? "boxes" : "arrows"].some(([shown]) => shown === number)));
    return [make("p", "om-note", "Not drawn at this level of detail. ", ...(drawn ? [button("om-link", () => this.show(kind, number), "Draw it")] : []))];
  }

  // The variants, each a button that highlights its way.
  fill(sheet) {
    const { routes, ways } = sheet.data;
    const words = WORDS[sheet.level];
    const listed = routes.map((route, number) => [route, number]).filter(([route]) => route.rank <= 40);
    const most = Math.max(...listed.map(([route]) => route.orders), 1);
    const items = listed.map(([route, number]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      bar.setAttribute("class", "om-share");
      bar.setAttribute("viewBox", "0 0 100 4");
      bar.setAttribute("preserveAspectRatio", "none");
      bar.setAttribute("aria-hidden", "true");
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("width", `${(100 * route.orders) / most}`);
      rect.setAttribute("height", "4");
      bar.append(rect);
      const item = button("om-route", () => this.select("route", number),
        make("span", "om-rank", grouped(route.rank)),
        make("span", "om-count", `${counted(route.orders, "order")}, ${route.share}`),
        make("span", "om-figure", counted(route.steps.length + route.more, "step")), bar);
      item.dataset.route = number;
      item.setAttribute("aria-pressed", "false");
      return make("li", "", item);
    });
    this.list.setAttribute("aria-label", words.routes);
    this.list.replaceChildren(
      make("h2", "", words.routes, make("span", "om-of", listed.length < ways ? ` the ${listed.length} most frequent of ${grouped(ways)}` : ` ${grouped(ways)}`)),
      make("ol", "om-route-list", ...items),
    );
  }

  mark(number) {
    for (const item of all("[data-route]", this.list)) item.setAttribute("aria-pressed", String(Number(item.dataset.route) === number));
  }
}
