extension DeskAssets {
    /// The one script. Every page works without it; with it, times are in the reader's zone, keys work, and what happens is told.
    static let script = #"""
        "use strict";
        const language = document.documentElement.lang;
        const german = language === "de";
        const say = (en, de) => (german ? de : en);

        // Times in the reader's own zone, with the whole of it on hover.
        const short = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });
        const long = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
        for (const element of document.querySelectorAll("time[datetime]")) {
          const time = new Date(element.dateTime);
          if (!isNaN(time)) { element.title = long.format(time); element.textContent = short.format(time); }
        }

        // What nobody has filled in need not stand in the address.
        for (const form of document.querySelectorAll("form.filter")) {
          form.addEventListener("submit", () => {
            for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
          });
        }

        // What is happening, told and not jumped in: the list stays as it is until its reader asks.
        const news = document.getElementById("news");
        let waiting = 0;
        function announce() {
          if (!news) return;
          news.textContent = waiting + " " + say("new", "neu");
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = say("show", "anzeigen");
          button.addEventListener("click", () => location.reload());
          news.append(button);
        }

        function acted(event) {
          const alert = document.querySelector(".alert");
          if (alert && alert.dataset.item === event.item) {
            if (event.version !== undefined && String(event.version) === alert.dataset.version) return;
            if (event.act === "note") return;
            news.textContent = event.actor + ": " + event.words + " ";
            const link = document.createElement("a");
            link.href = location.href;
            link.textContent = say("look again", "neu ansehen");
            news.append(link);
            return;
          }
          const row = document.querySelector('tr[data-item="' + event.item + '"]');
          if (!row) return;
          const state = row.querySelector("td.state");
          if (event.act === "claim" || event.act === "assign") state.textContent = event.holder || event.actor;
          if (event.act === "release" || event.act === "reopen") state.textContent = say("free", "frei");
          if (event.act === "verdict") { row.classList.add("gone"); state.textContent = event.words; }
        }

        const address = document.body.dataset.feed;
        if (address) {
          const feed = new EventSource(address);
          const isQueue = document.querySelector("form.filter") !== null;
          feed.addEventListener("alert", () => { if (isQueue) { waiting += 1; announce(); } });
          feed.addEventListener("act", (message) => {
            acted(JSON.parse(message.data));
            document.dispatchEvent(new Event("acted"));
          });
          feed.addEventListener("reset", () => { waiting += 1; announce(); });
          addEventListener("pagehide", () => feed.close());
        }

        // A claim is renewed while its holder types, so that it does not end within a sentence.
        const mine = document.querySelector(".alert[data-mine]");
        let renewed = 0;
        if (mine) mine.addEventListener("input", (event) => {
          if (event.timeStamp - renewed < 180000) return;
          renewed = event.timeStamp;
          const token = mine.querySelector("input[name=token]").value;
          fetch("/alerts/" + mine.dataset.item + "/claim", { method: "POST", redirect: "manual", body: new URLSearchParams({ token }) });
        });

        // Keys: j and k go through the rows, Enter opens, and what has a data-key is pressed by it.
        const rows = Array.from(document.querySelectorAll("table.queue tbody tr"));
        let place = -1;
        function go(step) {
          if (!rows.length) return;
          place = Math.max(0, Math.min(rows.length - 1, place + step));
          rows.forEach((row, number) => row.classList.toggle("at", number === place));
          rows[place].querySelector("a").focus();
        }

        const help = document.createElement("dialog");
        function showHelp() {
          if (!help.isConnected) {
            const lines = [["j / k", say("next, previous row", "nächste, vorige Zeile")], ["Enter", say("open the row", "Zeile öffnen")],
              ["n", say("take the next one", "nächsten nehmen")], ["c", say("claim or give back", "übernehmen oder zurückgeben")],
              ["f l s u", say("fraud, legitimate, suspicious, undecidable", "Betrug, in Ordnung, verdächtig, nicht zu klären")],
              ["Ctrl Enter", say("give the verdict", "Urteil geben")], ["z", say("undo the last verdict", "letztes Urteil zurücknehmen")],
              ["Esc", say("back to the queue", "zurück zur Liste")], ["?", say("this help", "diese Hilfe")]];
            const table = document.createElement("table");
            for (const [key, words] of lines) {
              const row = table.insertRow();
              const head = document.createElement("th");
              head.scope = "row";
              head.textContent = key;
              row.append(head);
              row.insertCell().textContent = words;
            }
            const title = document.createElement("h2");
            title.textContent = say("Keys", "Tasten");
            const close = document.createElement("button");
            close.textContent = say("Close", "Schließen");
            close.addEventListener("click", () => help.close());
            help.append(title, table, close);
            document.body.append(help);
          }
          help.showModal();
        }

        addEventListener("keydown", (event) => {
          if (help.open || event.altKey || event.metaKey) return;
          const isTyping = event.target.matches("textarea, select, input:not([type=radio])");
          if (event.key === "Enter" && event.ctrlKey) {
            const form = document.querySelector(".verdict form");
            if (form) { event.preventDefault(); form.requestSubmit(); }
            return;
          }
          if (event.ctrlKey || (isTyping && event.key !== "Escape")) return;
          if (isTyping) { event.target.blur(); return; }
          if (event.key === "?") { event.preventDefault(); return showHelp(); }
          if (event.key === "j") return go(1);
          if (event.key === "k") return go(-1);
          if (event.key === "Enter") return;
          const target = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
          if (!target) return;
          event.preventDefault();
          if (target.type === "radio") { target.checked = true; target.focus(); } else { target.click(); }
        });

        """#
}
