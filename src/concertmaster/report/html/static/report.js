(() => {
  const form = document.getElementById("filters");
  if (form === null) return;
  const data = JSON.parse(document.getElementById("data").textContent);
  const BATCH = 200, OPEN = 100, ROWS = 400, PAPER = 1000;
  const SAFETY = { safe: "safe", suggested: "to check", manual: "by hand" };
  const findings = data.findings.map(([path, line, column, rule, severity, safety, message, since, today, text], number) =>
    ({ number, path: data.paths[path], line, column, rule, severity, safety, message, since, today, text }));
  for (const one of findings) one.words = `${one.path} ${data.rules[one.rule][0]} ${one.message}`.toLowerCase();

  // Every text goes through textContent: nothing of it is ever read as HTML.
  const make = (name, kind, ...inner) => {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.append(...inner.filter((one) => one !== null && one !== ""));
    return element;
  };
  const tag = (kind, text) => make("span", `tag ${kind}`, text);
  const counted = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

  // `code` in messages, as the rules write it.
  const prose = (text) => text.split("`").map((part, index, all) => index % 2 && index < all.length - 1 ? make("code", "", part) : part);

  const shown = () => {
    const word = document.getElementById("search").value.trim().toLowerCase();
    const rule = document.getElementById("rule").value, since = document.getElementById("since").value;
    const checked = (name) => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value));
    const severity = checked("severity"), safety = checked("safety");
    return findings.filter((one) => (rule === "" || one.rule === Number(rule)) && (since === "" || one.since === since)
      && severity.has(one.severity) && safety.has(one.safety) && (word === "" || one.words.includes(word)));
  };
  const isAll = () => document.getElementById("search").value.trim() === "" && document.getElementById("rule").value === ""
    && document.getElementById("since").value === "" && form.querySelectorAll("input[type=checkbox]:not(:checked)").length === 0;

  // Items in portions: the next ones come when they are asked for, or all at once for paper.
  const portions = (home, items, draw, word) => {
    let at = 0;
    const more = make("button", "more");
    more.type = "button";
    const next = (number) => {
      const fresh = items.slice(at, at + number).map(draw);
      at += fresh.length;
      more.before(...fresh);
      more.textContent = `Show ${counted(Math.min(BATCH, items.length - at), "more " + word)} of ${(items.length - at).toLocaleString("en")}`;
      more.hidden = at >= items.length;
      return fresh;
    };
    home.append(more);
    more.addEventListener("click", () => { const [first] = next(BATCH); first?.querySelector("a, summary, [tabindex]")?.focus(); });
    home.fill = () => next(items.length);
    next(BATCH);
  };

  const foldable = (open, summary, fill) => {
    const details = make("details", "file", make("summary", "", ...summary));
    const ready = () => { if (!details.dataset.drawn) { details.dataset.drawn = "yes"; fill(details); } };
    details.addEventListener("toggle", () => { if (details.open) ready(); });
    details.ready = ready;
    if (open) { details.open = true; ready(); }
    return details;
  };

  const place = (path) => make("span", "path", ...path.split(/(?<=\/)/).flatMap((part) => [part, document.createElement("wbr")]));

  const drawFinding = (one) => {
    const [id, title, url] = data.rules[one.rule];
    const name = /^https:\/\//.test(url) ? make("a", "", id) : make("span", "", id);
    if (name.tagName === "A") { name.href = url; name.rel = "noreferrer noopener"; }
    const item = make("li", "finding",
      make("p", "head", tag(one.severity, one.severity), " ", make("strong", "", title || id), " ", make("span", "soft", `line ${one.line}`)),
      make("p", "", ...prose(one.message)),
      one.text === "" ? null : make("pre", "", make("code", "", one.text)),
      make("p", "soft", tag(one.safety, SAFETY[one.safety]), " since ", one.since, one.today ? ", can be done today" : "", " · ", name));
    item.querySelector("pre")?.setAttribute("tabindex", "0");
    return item;
  };

  const drawFindings = (list) => {
    const home = document.getElementById("finding-list"), groups = new Map();
    for (const one of list) groups.get(one.path)?.push(one) ?? groups.set(one.path, [one]);
    let room = OPEN;
    home.replaceChildren();
    portions(home, [...groups], ([path, group]) => {
      room -= group.length;
      return foldable(room >= 0, [place(path), " ", make("span", "tag", counted(group.length, "finding"))], (details) => {
        const inner = make("ul", "plain inner");
        details.append(inner);
        portions(inner, group, drawFinding, "finding");
      });
    }, "file");
  };

  // What differs in a changed line lies between what both have in common at either end.
  const differing = (old, fresh) => {
    let start = 0, end = 0;
    const most = Math.min(old.length, fresh.length);
    while (start < most && old[start] === fresh[start]) start++;
    while (end < most - start && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
    return (text, name) => text.length - start - end > 0 && start + end > text.length / 4
      ? [text.slice(0, start), make(name, "", text.slice(start, text.length - end)), text.slice(text.length - end)] : [text];
  };
  const drawRow = (row) => {
    const isSame = row.length === 3, [before, old, after] = row, fresh = isSame ? old : row[3];
    const parts = before !== null && after !== null && !isSame ? differing(old, fresh) : (text) => [text];
    const cell = (number, text, kind, name) => [make("td", `no ${kind}`, number === null ? "" : String(number)),
      make("td", `text ${number === null ? "none" : kind}`, ...(text === null ? [] : name ? parts(text, name) : [text]))];
    return make("tr", isSame ? "same" : "", ...cell(before, old, isSame ? "" : before === null ? "none" : "gone", isSame ? "" : "del"),
      ...cell(after, fresh, isSame ? "" : after === null ? "none" : "here", isSame ? "" : "ins"));
  };
  const drawHunk = (hunk, path) => {
    const why = [...new Set(hunk.findings.map((number) => `${findings[number].rule} ${findings[number].safety}`))];
    const head = why.map((one) => {
      const [rule, safety] = one.split(" ");
      return make("span", "", tag(safety, SAFETY[safety]), " ", ...prose(data.rules[rule][1] || data.rules[rule][0]));
    });
    const heads = ["Line", "Before", "Line", "After"].map((text) => { const cell = make("th", "", text); cell.scope = "col"; return cell; });
    const columns = ["no", "", "no", ""].map((kind) => make("col", kind));
    const table = make("table", "sides", make("colgroup", "", ...columns), make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...hunk.rows.slice(0, ROWS).map(drawRow)));
    const scroll = make("div", "scroll", table);
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", `Change of ${path} at line ${hunk.rows[0][0] ?? hunk.rows[0][2]}`);
    const more = make("button", "more", `Show ${counted(hunk.rows.length - ROWS, "more line")}`);
    more.type = "button";
    more.addEventListener("click", () => { table.tBodies[0].append(...hunk.rows.slice(ROWS).map(drawRow)); more.remove(); scroll.focus(); });
    return make("div", "hunk", make("p", "head", ...(head.length ? head : ["Follows from other changes"])), scroll, hunk.rows.length > ROWS ? more : null);
  };
  const drawChanges = (list) => {
    const home = document.getElementById("change-list"), all = isAll(), wanted = new Set(list.map((one) => one.number));
    if (home === null) return 0;
    const files = data.changes.map((file) => ({ ...file, hunks: file.hunks.filter((hunk) => all || hunk.findings.some((one) => wanted.has(one))) }))
      .filter((file) => file.hunks.length);
    home.replaceChildren();
    let room = ROWS;
    portions(home, files, (file) => {
      room -= file.hunks.reduce((sum, hunk) => sum + hunk.rows.length, 0);
      return foldable(room >= 0, [place(file.path), " ", file.new ? tag("safe", "new file") : "", " ", make("span", "tag", counted(file.hunks.length, "place"))], (details) => {
        const inner = make("div", "inner");
        details.append(inner);
        portions(inner, file.hunks, (hunk) => drawHunk(hunk, file.path), "place");
      });
    }, "file");
    return files.length;
  };

  const draw = () => {
    const list = shown();
    drawFindings(list);
    const files = drawChanges(list);
    document.getElementById("told").textContent =
      `${list.length.toLocaleString("en")} of ${counted(findings.length, "finding")}, ${counted(files, "changed file")}`;
  };
  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(draw, 120); });
  form.addEventListener("reset", () => setTimeout(draw));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      document.getElementById("search").focus();
    }
  });
  // Paper cannot unfold: what the filters leave is written out before, unless it would fill a book.
  let folded = [];
  addEventListener("beforeprint", () => {
    const number = shown().length;
    document.getElementById("paper").hidden = number <= PAPER;
    if (number > PAPER) return;
    for (const list of document.querySelectorAll("#finding-list, #change-list")) list.fill?.();
    folded = [...document.querySelectorAll("main details:not([open])")];
    for (const details of folded) { details.open = true; details.ready?.(); }
    for (const inner of document.querySelectorAll(".inner")) inner.fill?.();
  });
  addEventListener("afterprint", () => { for (const details of folded) details.open = false; folded = []; });

  form.hidden = false;
  draw();
})();
