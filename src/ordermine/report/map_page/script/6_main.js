// Put together: which level, which metric, what is selected.
const frame = one(".om-frame");
const sheets = new Map(all(".om-sheet").map((figure) => [figure.dataset.level, new Sheet(figure)]));
let sheet = sheets.get(root.dataset.level);
let selected = null;

const details = new Details(one(".om-details"), one(".om-list"), select, draw);
const playback = new Playback(one(".om-play"), () => sheet);
const steering = steer(frame, () => sheet.view, () => sheet.home());
const sliders = { activities: one(".om-activities"), paths: one(".om-paths") };

function select(kind, number) {
  selected = kind === null ? null : { kind, number };
  refresh();
  if (kind === "box" && sheet.corners.has(number)) sheet.reveal(number);
  // On a narrow screen the panel is below the map.
  if (kind !== null) one(".om-side").scrollTop = 0;
}

function refresh() {
  if (selected === null) {
    details.explain(sheet);
    details.mark(null);
    sheet.highlight(null, null);
    return;
  }
  const { kind, number } = selected;
  const { arrows } = sheet.data;
  const boxes = new Set();
  const paths = new Set();
  if (kind === "box") {
    boxes.add(number);
    arrows.source.forEach((source, arrow) => {
      if (source === number || arrows.target[arrow] === number) paths.add(arrow);
    });
    for (const arrow of paths) if (sheet.paths.has(arrow)) boxes.add(arrows.source[arrow]).add(arrows.target[arrow]);
  } else if (kind === "arrow") {
    paths.add(number);
    boxes.add(arrows.source[number]).add(arrows.target[number]);
  } else {
    const { steps, more } = sheet.data.routes[number];
    const way = more ? [sheet.start, ...steps] : [sheet.start, ...steps, sheet.end];
    way.forEach((step, place) => {
      boxes.add(step);
      if (place) paths.add(sheet.arrow(way[place - 1], step));
    });
  }
  details[kind](sheet, number);
  details.mark(kind === "route" ? number : null);
  sheet.highlight(boxes, paths);
  const self = { box: sheet.boxes, arrow: sheet.lines }[kind]?.get(number);
  for (const group of all(".self", sheet.svg)) group.classList.remove("self");
  self?.classList.add("self");
}

// Draw all there is, or the least with a box or an arrow.
function draw(kind, number) {
  if (kind === "all") {
    sheet.row = sheet.data.rows.length - 1;
    sheet.column = sheet.data.rows[sheet.row].length - 1;
  } else sheet.chooseLevelWith(kind, number);
  placed();
}

function placed() {
  sheet.place();
  const { rows } = sheet.data;
  sliders.activities.max = rows.length - 1;
  sliders.activities.value = sheet.row;
  sliders.paths.max = rows[sheet.row].length - 1;
  sliders.paths.value = sheet.column;
  sliders.activities.disabled = rows.length < 2;
  sliders.paths.disabled = rows[sheet.row].length < 2;
  const { shown } = sheet;
  one(".om-activities-shown").textContent = shown.activities;
  one(".om-paths-shown").textContent = shown.paths;
  sliders.activities.setAttribute("aria-valuetext", shown.activities);
  sliders.paths.setAttribute("aria-valuetext", shown.paths);
  one(`.om-explained[data-level="${sheet.level}"] .om-shown`).textContent = shown.shown;
  refresh();
  playback.redraw();
}

function changeLevel(level) {
  root.dataset.level = level;
  sheet = sheets.get(level);
  selected = null;
  one(".om-nodes-word").textContent = WORDS[level].nodes;
  details.fill(sheet);
  placed();
  playback.rewind();
}

function changeMetric(metric) {
  root.dataset.metric = metric;
  for (const each of sheets.values()) each.colour(metric);
}

// Boxes and arrows, by pointer and by key.
function hit(event) {
  const group = event.target.closest?.("[data-box], [data-arrow]");
  if (!group || !frame.contains(group)) return null;
  return group.dataset.box === undefined ? ["arrow", Number(group.dataset.arrow)] : ["box", Number(group.dataset.box)];
}
frame.addEventListener("click", (event) => {
  if (steering.dragged()) return;
  select(...(hit(event) ?? [null]));
});
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
frame.addEventListener("keydown", (event) => {
  const [kind, number] = hit(event) ?? [null];
  if (kind !== "box" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") select("box", number);
  else if (DIRECTIONS[event.key]) sheet.step(number, ...DIRECTIONS[event.key]);
  else return;
  event.preventDefault();
});
root.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && selected !== null) select(null);
});

sliders.activities.addEventListener("input", () => { sheet.chooseRow(Number(sliders.activities.value)); placed(); });
sliders.paths.addEventListener("input", () => { sheet.column = Number(sliders.paths.value); placed(); });
for (const radio of all('[name="om-level"]')) radio.addEventListener("change", () => changeLevel(radio.value));
for (const radio of all('[name="om-metric"]')) radio.addEventListener("change", () => changeMetric(radio.value));

// From the tables to the map.
for (const row of all(".om-tables tr[data-box], .om-tables tr[data-arrow]")) {
  const cell = row.firstElementChild;
  const kind = row.dataset.box ? "box" : "arrow";
  cell.replaceChildren(button("om-link", () => {
    select(kind, Number(row.dataset[kind]));
    one(".om-stage").scrollIntoView();
    details.panel.focus({ preventScroll: true });
  }, ...cell.childNodes));
}

// In a window of another size, the beginning again, unless somebody has moved the map.
addEventListener("resize", () => { if (!sheet.view.moved) sheet.home(); });

// On paper, the whole map.
let beforePrint = sheet.view.seen;
addEventListener("beforeprint", () => { beforePrint = sheet.view.seen; sheet.view.fit(); });
addEventListener("afterprint", () => sheet.view.show(beforePrint));

root.classList.add("om-live");
frame.tabIndex = 0;
for (const part of all("[hidden]")) part.hidden = false;
changeMetric(root.dataset.metric);
changeLevel(root.dataset.level);
