/*
  Makes buttons of the seats on the picture: each puts its id into the form beside it, or takes it out again. The form's
  field is what counts, so that it can be filled in by hand as well.
*/

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PLACE = 20; // the picture's units from one seat to the next
const SMALLEST = 24; // pixels for them, as WCAG 2.2 (2.5.8) wants

export async function letSeatsBePicked() {
  const frame = document.querySelector("[data-seat-map]");
  const field = document.querySelector("main textarea[name='seat_ids[]']");
  if (!frame || !field) return;
  const response = await fetch(frame.dataset.seatMap);
  if (!response.ok) return; // then it stays the picture that it is
  const { width } = frame.getBoundingClientRect();
  const host = document.createElement("div");
  const picture = inside(host, await response.text());
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  frame.replaceChildren(host);
  frame.after(said);

  const seats = [...picture.querySelectorAll(`use[href$="-${frame.dataset.pick}"][id]`)].map((use) => new Seat(use));
  if (!seats.length) return;
  const side = seats[0].use.getScreenCTM().a * PLACE;
  if (side < SMALLEST) host.style.width = `${(width * SMALLEST) / side}px`;

  const ids = () => field.value.split(/\s+/).filter(Boolean);
  const write = (wanted) => {
    field.value = wanted.join("\n");
    show();
  };
  const show = () => {
    const wanted = new Set(ids());
    for (const seat of seats) seat.show(wanted.has(seat.id));
    const picked = seats.filter((seat) => wanted.has(seat.id));
    said.textContent = picked.length
      ? `Chosen: ${picked.map((seat) => seat.text).join("; ")}.`
      : "Click seats to choose them, or go there with the arrow keys and press Space.";
  };
  const toggle = ({ id }) => write(ids().includes(id) ? ids().filter((one) => one !== id) : [...ids(), id]);
  const seatAt = (event) => seats.find(({ use }) => use === event.composedPath()[0].closest("use"));
  // One stop of the Tab key, wherever one was last.
  const stopAt = (seat) => {
    for (const { use } of seats) use.setAttribute("tabindex", use === seat.use ? 0 : -1);
  };

  host.addEventListener("click", (event) => {
    const seat = seatAt(event);
    if (!seat) return;
    stopAt(seat);
    toggle(seat);
  });
  host.addEventListener("keydown", (event) => {
    const seat = seatAt(event);
    if (!seat) return;
    if (event.key === "Enter" || event.key === " ") toggle(seat);
    else if (STEPS[event.key]) {
      const next = seat.nearest(seats, ...STEPS[event.key]) ?? seat;
      stopAt(next);
      next.use.focus();
    } else return;
    event.preventDefault();
  });
  field.addEventListener("input", show);
  stopAt(seats[0]);
  // What came back refused is chosen again, but for what is taken by now.
  const there = new Set(seats.map((seat) => seat.id));
  const shown = new Set([...picture.querySelectorAll("use[id^=seat-]")].map((use) => use.id.slice(5)));
  write(ids().filter((id) => there.has(id) || !shown.has(id)));
}

/* The picture in a tree of its own. Its style goes with it, but not as an element: the page's policy allows none. */
function inside(host, text) {
  const [element, style] = text.match(/<style>(.*?)<\/style>/s);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  const picture = new DOMParser().parseFromString(text.replace(element, ""), "image/svg+xml").documentElement;
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(picture);
  return picture;
}

class Seat {
  constructor(use) {
    this.use = use;
    this.id = use.id.slice("seat-".length);
    this.look = use.getAttribute("href");
    this.x = Number(use.getAttribute("x"));
    this.y = Number(use.getAttribute("y"));
    const [label, kind, price] = use.textContent.split(", ");
    this.text = `${label}, ${kind}, ${price}`;
    use.setAttribute("role", "button");
  }

  show(isPicked) {
    this.use.setAttribute("aria-pressed", isPicked);
    this.use.setAttribute("href", isPicked ? "#picked" : this.look);
  }

  /* The next seat in a direction; sideways counts twice, so that a row or a column is kept to. */
  nearest(seats, dx, dy) {
    const ahead = ({ x, y }) => (x - this.x) * dx + (y - this.y) * dy;
    const aside = ({ x, y }) => Math.abs((x - this.x) * dy) + Math.abs((y - this.y) * dx);
    const near = (seat) => ahead(seat) + 2 * aside(seat);
    return seats.filter((seat) => ahead(seat) > 0).sort((one, other) => near(one) - near(other))[0];
  }
}
