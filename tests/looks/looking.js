// What a page tells of itself; beside axe, in whatever page is open (looking.py).
(() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  // What people press to get on with their matter; links in a sentence are as high as the sentence.
  const MAIN_ACTIONS = "main .button, main button, main input:not([type=hidden], [type=checkbox], [type=radio]), main select, main textarea, main summary";
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const shows = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const named = (element) => element.outerHTML.slice(0, 120);
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shows);
  // A group of radio buttons is one stop: the one that is chosen, else the first.
  const isStop = (element) => {
    if (element.tabIndex < 0 || element.disabled) return false;
    if (element.type !== "radio") return true;
    const group = [...document.getElementsByName(element.name)];
    return element === (group.find((radio) => radio.checked) ?? group[0]);
  };
  const stops = () => all(CONTROLS).filter(isStop);

  const isSeen = (element) => {
    const style = getComputedStyle(element);
    return parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
  };

  const lookOf = (element) => {
    if (!shows(element)) return "";
    const style = getComputedStyle(element);
    const table = style.display.startsWith("table") ? style.display : "";
    return [table, style.color, style.backgroundColor, style.backgroundImage].join("|");
  };
  // What an element is made of, and what it says: of a menu the same on every page, whichever link is the current one.
  const kindOf = (element) => [element.localName, element.getAttribute("class"), element.getAttribute("style")].join("|");
  const madeOf = (element) =>
    [...new Set([element, ...element.querySelectorAll("*")].map(kindOf)), element.textContent.replace(/\s+/g, " ")];
  let seen = new Map();

  // What is painted behind an element, as far as it shows through.
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      layers.push(style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode);
      if (isMoved(style)) return null;
      if (style.backgroundColor.startsWith("rgb(") && style.opacity === "1") break;
    }
    return layers.join();
  };
  // It may lie over something else than what it stands in.
  const isMoved = (style) =>
    style.position !== "static" || style.transform !== "none" || style.float !== "none" || style.margin.includes("-");
  // What the contrast of a text depends on, and whether axe asks for it; "" where that cannot be told.
  const inkOf = (element) => {
    const style = getComputedStyle(element), paper = behind(element);
    const isOff = element.closest(":disabled, [aria-disabled=true], label:has(:disabled)") !== null;
    const isLetter = element.textContent.trim().length < 2;
    return paper === null ? "" : [style.color, style.fontSize, style.fontWeight, style.textShadow, isOff, isLetter, paper].join("|");
  };

  let walked = [];
  document.addEventListener("focusin", (event) => walked.push([event.target, isSeen(event.target)]));

  window.looking = {
    // Returns what shows that did not at the look before, or in other colours, as far as it is not `known` from another
    // page: `fresh`, the outermost of it. A table that is none any more counts, too. At the first look all is new, and
    // `fresh` is the document.
    look: (isFirst, known) => {
      const now = new Map([...document.querySelectorAll("*")].map((element) => [element, lookOf(element)]));
      const other = [...now.keys()].filter((element) => now.get(element) && now.get(element) !== seen.get(element));
      const isOther = new Set(other);
      const outermost = other.filter((element) => !isOther.has(element.parentElement));
      const fresh = new Map(outermost.map((element) => [element, madeOf(element)]));
      const isKnown = new Set(known);
      window.looking.fresh = isFirst ? [document.documentElement] : outermost.filter((element) => !fresh.get(element).every((part) => isKnown.has(part)));
      seen = now;
      return window.looking.fresh.flatMap((element) => fresh.get(element));
    },

    // Asks axe for the contrast of one text in each ink that is not `known`, and of each that may lie over something
    // else. Returns what is hard to read, and the inks that are well.
    contrast: async (known, options) => {
      const isKnown = new Set(known), other = new Map(), moved = [];
      for (const element of document.body.querySelectorAll("*")) {
        const says = element.matches(FIELDS) || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!says || !shows(element)) continue;
        const ink = inkOf(element);
        if (!ink) moved.push(element);
        else if (!isKnown.has(ink)) other.set(ink, element);
      }
      const include = [...other.values(), ...moved];
      if (!include.length) return [[], []];
      const told = await axe.run({ include }, options);
      const good = new Set(told.passes.flatMap((rule) => rule.nodes.map((node) => node.element)));
      return [window.looking.told(told.violations), [...other].filter(([, element]) => good.has(element)).map(([ink]) => ink)];
    },

    told: (rules) => rules.flatMap((rule) => rule.nodes.slice(0, 5).map((node) => `${rule.id}: ${node.html.slice(0, 200)}`)),

    spills: () => document.documentElement.scrollWidth > window.innerWidth,

    smallActions: () => all(MAIN_ACTIONS).filter((element) => element.getBoundingClientRect().height < 43.5).map(named),

    // Bytes of the bodies as they came over the wire, from the cache or not, and what their headers weigh at most.
    weight: () =>
      [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce(
        (sum, entry) => sum + entry.encodedBodySize + 500, 0),

    // Puts the focus on the first stop; returns how many follow.
    beginWalk: () => {
      const expected = stops();
      document.activeElement.blur();
      expected[0]?.focus();
      walked = [];
      return Math.max(0, expected.length - 1);
    },

    isAtEnd: () => document.activeElement === stops().at(-1) || document.activeElement === document.body,

    walkFaults: () => {
      const expected = stops().slice(1);
      const reached = new Set(walked.map(([element]) => element));
      const faults = expected.filter((element) => !reached.has(element)).map((element) => `Tab never reaches ${named(element)}`);
      walked.forEach(([element, seen], number) => {
        if (!seen) faults.push(`the focus is not seen on ${named(element)}`);
        const before = number && walked[number - 1][0];
        if (before && before !== element && !(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) {
          faults.push(`Tab goes back to ${named(element)}`);
        }
      });
      return faults;
    },

    // What one can do here: where links lead, what is asked, what is sent. `offered` leaves out what only a script shows.
    ways: () => ({
      offered: all("a[href]").map((link) => `a ${link.getAttribute("href").split("?")[0]}`)
        .concat(all("input:not([type=hidden]), select, textarea").map((field) => `${field.localName} ${field.name}`))
        .concat(all("button").map((button) => `button ${button.textContent.trim()}`)),
      kept: [...document.querySelectorAll("[hidden], [hidden] *")].map((element) =>
        element.localName === "button" ? `button ${element.textContent.trim()}` : `${element.localName} ${element.name ?? ""}`),
      dead: all("button[type=button]").concat(all("a[href='#'], a[href^='javascript:']"))
        .concat(all("form").filter((form) => ![...form.elements].some((part) => part.type === "submit" && shows(part)))).map(named),
    }),
  };
})();
