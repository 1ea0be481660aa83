(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const range = (name, count) => Array.from({ length: count }, (_, index) => `var(--${name}${index})`);
  const unique = values => [...new Set(values)];
  const whole = value => Math.abs(value - Math.round(value)) < 1e-9;
  const steps = values => {
    const least = Math.min(...values), most = Math.max(...values);
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000].find(size => (most - least) / size <= 12) ?? 100000;
    return Array.from({ length: most - least + 1 }, (_, index) => least + index).filter(step => step % every === 0);
  };
  const longest = (texts, letter) => Math.max(...texts.map(text => text.length)) * letter;
  const mark = (kind, colour) => `<svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">${kind ? `<path d="${d3.symbol(kind, 60)()}" fill="${colour}"/>` : `<rect x="-6" y="-6" width="12" height="12" fill="${colour}" stroke="var(--soft)" stroke-width="0.5"/>`}</svg>`;
  const legend = items => {
    const list = document.createElement("div");
    list.className = "legend";
    for (const [text, colour, kind] of items) {
      const item = document.createElement("span");
      item.innerHTML = mark(kind, colour);
      item.append(text);
      list.append(item);
    }
    return list;
  };

  const timeline = width => {
    const segments = data.timeline;
    const rows = unique(segments.map(segment => segment.row));
    const values = unique(segments.map(segment => segment.value)).filter(value => value !== "not recorded");
    const at = segments.flatMap(segment => [segment.from, segment.to]);
    const left = Math.min(longest(rows, 7) + 14, width * 0.4);
    const perStep = (width - left - 12) / (Math.max(...at) - Math.min(...at) + 1);
    const fits = segment => segment.label.length * 6.6 + 8 < (segment.to - segment.from + 1) * perStep;
    return Plot.plot({
      width, height: rows.length * 30 + 44, marginLeft: left, marginRight: 12, marginBottom: 36,
      x: { domain: [Math.min(...at) - 0.5, Math.max(...at) + 0.5], label: "step", labelAnchor: "center", labelArrow: "none", ticks: steps(at), tickFormat: "d" },
      y: { domain: rows, label: null, padding: 0.18 },
      color: { type: "ordinal", domain: [...values, "not recorded"], range: [...values.map((_, index) => `var(--k${index % 8})`), "var(--none)"] },
      marks: [
        Plot.barX(segments, { x1: d => d.from - 0.5, x2: d => d.to + 0.5, y: "row", fill: "value", stroke: "var(--bg)", title: d => `${d.row}: ${d.label}, steps ${d.from} to ${d.to}`, href: "href" }),
        Plot.text(segments.filter(fits), { x: d => (d.from + d.to) / 2, y: "row", text: "label", fill: "var(--fg)", fontSize: 11, pointerEvents: "none" }),
      ],
    });
  };

  const margins = width => {
    const { points, flips } = data.margins;
    const sides = unique(points.map(point => point.side));
    const colours = sides.map((_, index) => `var(--s${index % 6})`);
    const kinds = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolStar, d3.symbolCross];
    const at = points.map(point => point.step);
    const most = Math.max(...points.map(point => point.ulps), 1);
    const size = points.length > 400 ? 1.5 : points.length > 120 ? 2.5 : 3.5;
    const ticks = [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].filter(tick => tick <= most * 3);
    const plot = Plot.plot({
      width, height: Math.min(320, 220 + width / 12), marginLeft: 78, marginTop: 26, marginBottom: 38, marginRight: 14,
      x: { label: "step", labelAnchor: "center", labelArrow: "none", ticks: steps(at), tickFormat: "d" },
      y: { type: "symlog", label: "margin in ulps", labelArrow: "none", ticks, tickFormat: ",d", grid: true, domain: [0, most * 1.5] },
      color: { type: "ordinal", domain: sides, range: colours },
      symbol: { domain: sides, range: sides.map((_, index) => kinds[index % kinds.length]) },
      marks: [
        Plot.ruleX(flips, { x: "step", stroke: "var(--bad)", strokeWidth: 2, strokeDasharray: "5,3" }),
        Plot.text(flips, { x: "step", text: () => "token flips", frameAnchor: "top", dy: -14, fill: "var(--bad)", fontWeight: 600, fontSize: 12 }),
        Plot.lineY(points, { x: "step", y: "ulps", stroke: "side", strokeWidth: 1.5, strokeOpacity: 0.8 }),
        Plot.dot(points.filter(point => point.bits !== "different"), { x: "step", y: "ulps", stroke: "side", symbol: "side", fill: "var(--bg)", r: size, title: "title", href: "href" }),
        Plot.dot(points.filter(point => point.bits === "different"), { x: "step", y: "ulps", stroke: "side", symbol: "side", fill: "side", r: size, title: "title", href: "href" }),
      ],
    });
    const box = document.createElement("div");
    const bits = points.some(point => point.bits === "different") ? [["filled: bits differ from the side compared with", "var(--fg)", d3.symbolCircle]] : [];
    box.append(legend([...sides.map((side, index) => [side, colours[index], kinds[index % kinds.length]]), ...bits]), plot);
    return box;
  };

  const layers = width => {
    const { layers: names, cells, buckets } = data.layers;
    const colours = [...range("h", 7), "var(--hn)"];
    const shown = buckets.filter(bucket => cells.some(cell => cell.bucket === bucket));
    const at = cells.map(cell => cell.step);
    const left = longest(names, 7) + 14;
    const plot = Plot.plot({
      width, height: names.length * Math.max(14, Math.min(28, 420 / names.length)) + 46, marginLeft: left, marginRight: 12, marginBottom: 38,
      x: { label: "step", labelAnchor: "center", labelArrow: "none", domain: [Math.min(...at) - 0.5, Math.max(...at) + 0.5], ticks: steps(at), tickFormat: "d" },
      y: { domain: [...names].reverse(), label: null, padding: 0.04 },
      color: { type: "ordinal", domain: buckets, range: colours },
      marks: [Plot.barX(cells, { x1: d => d.step - 0.5, x2: d => d.step + 0.5, y: "layer", fill: "bucket", stroke: "var(--bg)", strokeWidth: 0.5, title: "title", href: "href" })],
    });
    const box = document.createElement("div");
    box.append(legend(shown.map(bucket => [bucket === "NaN" ? "NaN" : `${bucket} ulps`, colours[buckets.indexOf(bucket)]])), plot);
    return box;
  };

  const classes = name => width => {
    const { classes: names, buckets, bars } = data[name];
    const columns = width > 600 ? 2 : 1;
    const most = Math.max(...bars.map(bar => bar.count));
    const powers = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const short = bucket => {
      const least = parseInt(bucket.replaceAll(",", ""), 10);
      return !(least >= 16) ? bucket.replace(/ to .*/, "+") : `2${[...String(Math.round(Math.log2(least)))].map(digit => powers[digit]).join("")}+`;
    };
    const box = document.createElement("div");
    box.style.cssText = `display:grid;grid-template-columns:repeat(${columns},minmax(0,1fr));gap:0.5rem 1.5rem`;
    const own = (width - (columns - 1) * 24) / columns;
    names.forEach((title, index) => {
      const part = document.createElement("div");
      const heading = document.createElement("div");
      const mine = bars.filter(bar => bar.class === title);
      heading.textContent = title + (mine[0]?.found ? " (reproduces the record)" : "");
      heading.style.cssText = "font-size:0.85rem;font-weight:600;overflow-wrap:anywhere";
      part.append(heading, Plot.plot({
        width: own, height: 150, marginLeft: 64, marginBottom: 34, marginTop: 8, marginRight: 8,
        x: { domain: buckets, label: "distance in ulps", labelAnchor: "center", labelArrow: "none", tickFormat: short, ticks: buckets.filter((_, at) => at % Math.ceil(buckets.length * 34 / (own - 72)) === 0) },
        y: { type: "log", domain: [0.7, most * 1.4], label: null, ticks: [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].filter(tick => tick <= most * 1.4), tickFormat: ",d", grid: true },
        marks: [
          Plot.barY(mine, { x: "bucket", y1: 0.7, y2: "count", fill: mine[0]?.found ? "var(--s2)" : "var(--s1)", title: "title", href: "href" }),
          Plot.ruleY([0.7], { stroke: "var(--soft)" }),
        ],
      }));
      box.append(part);
    });
    return box;
  };

  const drawer = name => ({ timeline, margins, layers })[name] ?? classes(name);

  // A chart's text alternative stands for it, so nothing inside it takes the focus: its marks only follow the pointer. The table has the links.
  const settle = box => {
    for (const link of box.querySelectorAll("a")) {
      const target = link.getAttribute("href") ?? link.getAttributeNS("http://www.w3.org/1999/xlink", "href");
      for (const child of [...link.childNodes]) {
        child.classList?.add("pick");
        if (child.dataset) child.dataset.target = target;
        link.before(child);
      }
      link.remove();
    }
    for (const svg of box.querySelectorAll("svg")) {
      svg.setAttribute("aria-hidden", "true");
      svg.setAttribute("focusable", "false");
    }
  };

  const render = fixed => {
    for (const box of document.querySelectorAll(".chart")) {
      const width = fixed ?? box.clientWidth;
      if (width < 40 || (!fixed && box.dataset.width === String(width))) continue;
      const drawn = drawer(box.dataset.chart)(width);
      box.dataset.width = String(width);
      settle(drawn);
      box.replaceChildren(drawn);
    }
  };

  document.addEventListener("click", event => {
    const target = event.target.closest?.(".pick")?.dataset.target;
    if (target) location.hash = target;
  });
  // A link into a closed table opens it.
  const reveal = () => document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => render(680));
  addEventListener("afterprint", () => render());
  addEventListener("resize", () => render());
  reveal();
  render();
})();
