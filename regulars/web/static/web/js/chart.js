/* Charts: ECharts is fetched only where a chart comes into view; colours come from the tokens, so light and dark agree. */
"use strict";

(() => {
  const R = window.Regulars;
  const source = document.currentScript?.dataset.echarts;
  const language = document.documentElement.lang;
  let library = null;

  function fetchLibrary() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  /* tokens, as the canvas understands them, for the theme of this very element */
  function colours(element) {
    const probe = document.createElement("span");
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.canvas.width = canvas.canvas.height = 1;
    probe.hidden = true;
    element.append(probe);
    const known = new Map();
    const resolve = (name) => {
      if (!known.has(name)) {
        probe.style.color = `var(${name})`;
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        known.set(name, `rgba(${r},${g},${b},${+(a / 255).toFixed(3)})`);
      }
      return known.get(name);
    };
    return { resolve, done: () => probe.remove() };
  }

  const full = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const { symbol = "", minor = 1 } = R.frame.currency ?? {};
  const FORMATS = {
    number: { full: (v) => full.format(v), short: (v) => short.format(v) },
    percent: { full: (v) => share.format(v), short: (v) => share.format(v) },
    money: { full: (v) => money(Math.round(v / minor), full), short: (v) => money(v / minor, short) },
  };
  const money = (v, format) => (v < 0 ? "−" : "") + symbol + format.format(Math.abs(v));
  const last = (value) => (Array.isArray(value) ? value[value.length - 1] : value);

  function prepare(part, colour, key = "") {
    if (typeof part === "string") return part.startsWith("var(") ? colour(part.slice(4, -1)) : part;
    if (Array.isArray(part)) return part.map((one) => prepare(one, colour, key));
    if (!part || typeof part !== "object") return part;
    const made = {};
    for (const [name, value] of Object.entries(part)) if (name !== "format") made[name] = prepare(value, colour, name);
    const format = FORMATS[part.format];
    if (format && /Axis$/.test(key)) made.axisLabel = { ...made.axisLabel, formatter: format.short };
    if (format && key === "series") made.tooltip = { ...made.tooltip, valueFormatter: (v) => format.full(last(v)) };
    if (format && key === "label") made.formatter = (p) => (part.format === "number" && Math.abs(last(p.value)) < 1e4 ? format.full : format.short)(last(p.value));
    return made;
  }

  /* the tooltip is built of elements: the library's own is a string with style attributes, which the page's policy blocks */
  function make(kind, text = "") {
    const made = document.createElement("span");
    made.className = kind;
    made.textContent = text;
    return made;
  }

  let formats = [];
  function tip(params) {
    const all = [params].flat().filter((one) => formats[one.seriesIndex] !== null && last(one.value) != null);
    const box = make("tip");
    const head = all[0]?.axisValueLabel ?? (all[0]?.seriesName && all[0].name !== all[0].seriesName ? all[0].name : "");
    if (head) box.append(make("tip-head", head));
    for (const one of all) {
      const line = make("tip-line");
      const dot = make("tip-dot");
      if (typeof one.color === "string") dot.style.background = one.color;
      const named = /^series\d*\u0000|^series\d+$/.test(one.seriesName ?? "") ? "" : one.seriesName;
      line.append(dot, make("tip-name", named || (head ? "" : one.name)), make("tip-value", (formats[one.seriesIndex] ?? FORMATS.number.full)(last(one.value))));
      box.append(line);
    }
    return all.length ? box : "";
  }

  function theme(colour) {
    const font = getComputedStyle(document.body).fontFamily;
    const axis = {
      axisLine: { lineStyle: { color: colour("--line-strong") } }, axisTick: { show: false }, axisLabel: { color: colour("--ink-3"), fontSize: 12 },
      splitLine: { lineStyle: { color: colour("--line") } }, nameTextStyle: { color: colour("--ink-3"), fontSize: 12 },
    };
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      base: {
        animation: !still, animationDuration: 160, animationDurationUpdate: 160, color: [1, 2, 3, 4, 5].map((n) => colour(`--series-${n}`)),
        textStyle: { fontFamily: font, color: colour("--ink"), fontSize: 12 },
        grid: { left: 4, right: 12, top: 24, bottom: 4, containLabel: true },
        tooltip: {
          trigger: "axis", confine: true, backgroundColor: colour("--surface"), borderColor: colour("--line-strong"), borderWidth: 1, padding: [6, 10],
          textStyle: { color: colour("--ink"), fontSize: 12 }, axisPointer: { lineStyle: { color: colour("--line-strong") }, shadowStyle: { color: colour("--hover") } },
          extraCssText: "box-shadow:none;border-radius:6px",
          formatter: tip,
        },
      },
      registered: {
        categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } }, timeAxis: axis, logAxis: axis,
        bar: { itemStyle: { borderRadius: 2 }, barMaxWidth: 28 }, line: { symbol: "circle", symbolSize: 5, showSymbol: false, lineStyle: { width: 2 } },
        label: { color: colour("--ink-2") }, legend: { textStyle: { color: colour("--ink-2") }, icon: "roundRect", itemWidth: 10, itemHeight: 10 },
      },
    };
  }

  async function draw(figure, canvas) {
    const echarts = await fetchLibrary();
    const { resolve, done } = colours(figure);
    const { base, registered } = theme(resolve);
    const option = prepare(JSON.parse(document.getElementById(figure.dataset.option).textContent), resolve);
    done();
    echarts.getInstanceByDom(canvas)?.dispose();
    const lines = figure.classList.contains("chart-s") || canvas.clientWidth < 420 ? 2 : 4;
    for (const axis of [option.xAxis, option.yAxis].flat()) if (axis?.type === "value") axis.splitNumber ??= lines;
    for (const axis of [option.yAxis].flat()) {
      if (axis?.type === "category") axis.axisLabel = { ...axis.axisLabel, width: Math.round(canvas.clientWidth * 0.42), overflow: "break" };
    }
    const chart = echarts.init(canvas, registered, { renderer: "svg", locale: "EN" });
    chart.formats = [option.series].flat().map((one) => (one?.silent ? null : one?.tooltip?.valueFormatter));
    const ownTip = base.tooltip.formatter;
    base.tooltip.formatter = (params) => { formats = chart.formats; return ownTip(params); };
    chart.setOption({ ...base, ...option, tooltip: { ...base.tooltip, ...option.tooltip }, grid: Array.isArray(option.grid) ? option.grid : { ...base.grid, ...option.grid } });
    chart.on("click", (event) => { if (event.data?.url) location.href = event.data.url; });
    chart.on("mouseover", (event) => { canvas.classList.toggle("is-link", Boolean(event.data?.url)); });
    return chart;
  }

  R.controller("chart", (figure) => {
    const canvas = figure.querySelector(".chart-canvas");
    const table = figure.querySelector(".chart-table");
    let chart = null;
    const redraw = async () => { if (figure.isConnected) chart = await draw(figure, canvas); };
    new IntersectionObserver((seen, observer) => {
      if (seen.some((one) => one.isIntersecting)) { observer.disconnect(); redraw(); }
    }, { threshold: 0.2 }).observe(canvas);
    new ResizeObserver(() => chart?.resize()).observe(canvas);
    document.addEventListener("regulars:theme", () => { if (chart) redraw(); });
    figure.addEventListener("htmx:beforeCleanupElement", () => chart?.dispose());
    figure.querySelector("[data-table-toggle]")?.addEventListener("click", (event) => {
      const toTable = table.hidden;
      table.hidden = !toTable;
      canvas.hidden = toTable;
      event.currentTarget.setAttribute("aria-pressed", String(toTable));
      event.currentTarget.title = R.say(toTable ? "chart" : "table");
      if (!toTable) chart?.resize();
    });
  });
})();
