(() => {
  const home = `concertmaster-plan ${document.title}`;
  let done = new Set();
  try { done = new Set(JSON.parse(localStorage.getItem(home)) ?? []); } catch { /* ticks last as long as the page */ }
  for (const tasks of document.querySelectorAll("[data-tasks]")) {
    const boxes = [...tasks.querySelectorAll("input[data-key]")], made = tasks.querySelector("[data-made]");
    const tell = () => { made.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} done`; };
    for (const box of boxes) {
      box.checked = done.has(box.dataset.key);
      box.addEventListener("change", () => {
        done[box.checked ? "add" : "delete"](box.dataset.key);
        try { localStorage.setItem(home, JSON.stringify([...done])); } catch { /* as above */ }
        tell();
      });
    }
    tell();
  }
})();
