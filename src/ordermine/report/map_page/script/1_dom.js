// Small helpers. Text from the log only ever becomes text: nothing here, or anywhere, writes HTML.
const root = document.querySelector(".om-map");
const data = JSON.parse(root.querySelector(".om-data").textContent);

const one = (selector, from = root) => from.querySelector(selector);
const all = (selector, from = root) => [...from.querySelectorAll(selector)];

// An element with a class, holding texts and other elements.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function button(className, action, ...children) {
  const element = make("button", className, ...children);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

// Names may be written from right to left; that must not reorder what stands around them.
const named = (text) => make("bdi", "", text);
const grouped = (number) => number.toLocaleString("en-US");
const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

// A machine-readable value with its text for people.
function value(text, raw) {
  const element = make("data", "", text);
  element.value = String(raw);
  return element;
}
