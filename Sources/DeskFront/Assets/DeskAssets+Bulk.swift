extension DeskAssets {
    static let wholeScript = script + bulkScript
    static let wholeStyle = style + bulkStyle + figureStyle

    /// What marks rows, and keeps a job's page up to date. Marks stay while their reader looks at an alert and comes back.
    private static let bulkScript = #"""
        const boxes = Array.from(document.querySelectorAll('form.bulk input[name="item"]'));
        const marksKey = "marks " + location.pathname + location.search;
        function count() {
          const marked = boxes.filter((box) => box.checked);
          sessionStorage.setItem(marksKey, marked.map((box) => box.value).join(" "));
          const button = document.querySelector('form.bulk button[value="marked"]');
          if (button) button.disabled = marked.length === 0;
        }
        if (boxes.length) {
          const kept = new Set((sessionStorage.getItem(marksKey) || "").split(" "));
          for (const box of boxes) {
            if (kept.has(box.value)) box.checked = true;
            box.addEventListener("change", count);
          }
          const all = document.createElement("input");
          all.type = "checkbox";
          all.setAttribute("aria-label", say("mark all of the page", "alle der Seite markieren"));
          all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
          const head = document.querySelector("form.bulk thead th");
          if (head) head.replaceChildren(all);
          count();
          addEventListener("keydown", (event) => {
            if (event.key !== "x" || event.ctrlKey || event.altKey || event.metaKey) return;
            if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
            const row = document.querySelector("table.queue tr.at");
            const box = row && row.querySelector('input[name="item"]');
            if (box) { box.checked = !box.checked; count(); }
          });
        }

        // A job's page is made anew while it runs, at most twice a second, and only what changes of it.
        const job = document.getElementById("job");
        if (job && job.dataset.running) {
          let isAsked = false;
          const refresh = async () => {
            isAsked = false;
            const reply = await fetch(location.href, { credentials: "same-origin" });
            if (!reply.ok) return;
            const page = new DOMParser().parseFromString(await reply.text(), "text/html");
            const fresh = page.getElementById("job");
            if (!fresh) return;
            if (!fresh.dataset.running) return location.reload();
            job.replaceChildren(...fresh.childNodes);
            // What is no act in the feed is asked for until it is over.
            if (job.dataset.polled) setTimeout(refresh, 1000);
          };
          document.addEventListener("acted", () => { if (!isAsked) { isAsked = true; setTimeout(refresh, 500); } });
          setTimeout(refresh, 500);
        }

        """#

    private static let bulkStyle = """
        form.bulk { margin: 0; } .together { display: flex; gap: .6rem; margin-top: .7rem; } td.check { width: 2.2rem; }
        td.check input, thead th input { width: 1.5rem; height: 1.5rem; margin: 0; vertical-align: middle; accent-color: var(--press); }
        button:disabled { opacity: .5; cursor: default; }
        .mark.reported, .mark.sample { border-radius: 5px; padding: .05rem .45rem; font-size: .85rem; font-weight: 600; background: var(--shade); }
        .mark.reported { background: var(--amber-ground); color: var(--amber); }
        .tabs { display: flex; gap: .3rem; margin: .6rem 0 .9rem; } .tabs a { padding: .3rem .7rem; border-radius: 6px; text-decoration: none; color: var(--text); }
        .tabs a[aria-current] { background: var(--shade); font-weight: 650; }
        .deeds { border: 0; padding: 0; margin: 0 0 .7rem; display: grid; gap: .5rem; } .deed { display: grid; gap: .4rem; }
        .deed:not(:has(:checked)) .fields { display: none; } .deed .choice { justify-self: start; }
        progress { width: 100%; height: .8rem; accent-color: var(--press); } textarea.code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
        label.tick { display: flex !important; gap: .4rem; align-items: center; } label.tick input { width: 1.4rem; height: 1.4rem; }
        .tasks form, .task form { display: inline-flex; gap: .5rem; align-items: end; margin: .2rem 0; } .task form { margin-left: .5rem; }
        .tasks label, section.case label { display: grid; gap: .15rem; font-size: .85rem; color: var(--soft); }
        .tasks input, section.case input:not([type=checkbox]) { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
          border-radius: 6px; padding: .35rem .6rem; min-height: 2rem; max-width: 100%; }
        .bar nav { flex-wrap: wrap; }

        """
}
