extension DeskAssets {
    /// The one style sheet. Colours have a meaning: amber waits, red is stopped or fraud, green is in order, blue is to press.
    static let style = """
        :root { color-scheme: light dark;
          --ground: #f6f7f9; --card: #ffffff; --line: #dde1e7; --text: #1c2430; --soft: #566274; --press: #1f5fbf; --on-press: #ffffff;
          --amber: #8a5a00; --amber-ground: #fff3d6; --red: #b3261e; --red-ground: #fdeceb; --green: #1d6b3f; --green-ground: #e4f4ea;
          --dots: #9aa6b6; --shade: #eef1f5; }
        @media (prefers-color-scheme: dark) { :root {
          --ground: #12161c; --card: #1a2029; --line: #2e3743; --text: #e4e9f0; --soft: #9fabbb; --press: #7db1ff; --on-press: #0c1420;
          --amber: #f0c063; --amber-ground: #3a2d0d; --red: #ff9d96; --red-ground: #43191a; --green: #83d6a5; --green-ground: #12331f;
          --dots: #66748a; --shade: #222a35; } }
        * { box-sizing: border-box; }
        html { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; background: var(--ground); color: var(--text); }
        body { margin: 0; }
        h1 { font-size: 1.6rem; margin: 0; font-weight: 650; } h2 { font-size: 1rem; margin: 0 0 .5rem; font-weight: 650; }
        h3 { font-size: .85rem; margin: .6rem 0 .2rem; font-weight: 650; color: var(--soft); }
        p { margin: .25rem 0; } a { color: var(--press); } .strong { font-weight: 650; } .small { font-size: .85rem; color: var(--soft); }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; z-index: 9; }
        :focus-visible { outline: 2px solid var(--press); outline-offset: 2px; }
        main { max-width: 84rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; } main:focus { outline: none; }
        .bar { display: flex; gap: 1.25rem; align-items: center; padding: .5rem 1.25rem; background: var(--card);
          border-bottom: 1px solid var(--line); }
        .bar form { margin: 0; } .brand { font-weight: 700; } .member { font-weight: 400; color: var(--soft); }
        .bar nav { display: flex; gap: .25rem; flex: 1; }
        .bar nav a { color: var(--text); text-decoration: none; padding: .3rem .7rem; border-radius: 6px; }
        .bar nav a[aria-current] { background: var(--shade); font-weight: 650; }
        .role { color: var(--soft); font-size: .85rem; }
        .head { display: flex; justify-content: space-between; align-items: center; margin-bottom: .5rem; } .head form { margin: 0; }
        button, input:not([type=checkbox]):not([type=radio]), select, textarea { font: inherit; color: var(--text);
          background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem; min-height: 2rem; }
        button { cursor: pointer; font-weight: 600; } button:hover { border-color: var(--press); }
        button.main { background: var(--press); border-color: var(--press); color: var(--on-press); }
        button.quiet { background: none; border-color: transparent; color: var(--press); }
        kbd { font: inherit; font-size: .8em; opacity: .8; border: 1px solid currentColor; border-radius: 4px; padding: 0 .3em; margin-left: .3em; }
        .filter { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .5rem 0 .9rem; }
        .filter label, .fields label, .note label, .entry label, .act label:not(.tick) { display: grid; gap: .15rem; font-size: .85rem; color: var(--soft); }
        .filter > button, .filter input, .filter select { height: 2.2rem; } .filter details { align-self: end; padding-bottom: .35rem; } .filter > a { padding-bottom: .35rem; } .filter summary { cursor: pointer; color: var(--press); min-height: 1.6rem; }
        .filter details div { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: .4rem; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        table.queue { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        table.queue tr:last-child td { border-bottom: 0; } table.queue td { white-space: nowrap; } td.rules { white-space: normal !important; color: var(--soft); }
        thead th { font-size: .8rem; color: var(--soft); font-weight: 600; white-space: nowrap; }
        th.number, td.number { text-align: right; } td.name, span.name { overflow-wrap: anywhere; }
        table.queue tbody tr:hover, tr.at { background: var(--shade); } tr.at { box-shadow: inset 3px 0 0 var(--press); } tr.gone { opacity: .5; }
        .band, .finding { border-radius: 5px; padding: .05rem .45rem; font-size: .85rem; font-weight: 600; white-space: nowrap; background: var(--shade); }
        .band.review, .finding.suspicious { background: var(--amber-ground); color: var(--amber); }
        .band.decline, .finding.fraud { background: var(--red-ground); color: var(--red); }
        .band.approve, .finding.legitimate { background: var(--green-ground); color: var(--green); }
        .late { color: var(--red); font-weight: 600; }
        .news:empty { display: none; } .news { background: var(--shade); border-radius: 6px; padding: .4rem .8rem; } .news button { margin-left: .5rem; }
        .notice { padding: .5rem .8rem; border-radius: 6px; margin: .5rem 0; display: block; }
        .notice.bad { background: var(--red-ground); color: var(--red); } .notice.good { background: var(--green-ground); color: var(--green); }
        .empty { background: var(--card); border: 1px dashed var(--line); border-radius: 8px; padding: 2rem; text-align: center; }
        .pager { display: flex; gap: 1rem; justify-content: end; margin-top: .8rem; }
        .back { margin: 0 0 .5rem; }
        .top { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: start; margin-bottom: 1rem; } .top h1 { font-size: 2.1rem; line-height: 1.15; }
        .sum p, .chance p { color: var(--soft); } .chance { max-width: 20rem; padding-top: 1.3rem; } .chance .big { font-size: 1.5rem; color: var(--text); font-weight: 650; margin: 0; }
        .columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; }
        @media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } .columns > :last-child { order: -1; } .bar { flex-wrap: wrap; gap: .5rem; } main { padding: .75rem; } }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin-bottom: 1rem; }
        .looks { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .75rem; }
        .look { border: 1px solid var(--line); border-radius: 6px; padding: .4rem .7rem; } .look h3 { margin-top: 0; display: flex; justify-content: space-between; }
        .look p { font-size: .9rem; } .mark { font-weight: 400; } .look.odd { border-color: var(--amber); background: var(--amber-ground); }
        .look.odd .mark { color: var(--amber); font-weight: 650; } .look.odd h3, .look.odd p { color: var(--text); }
        svg { width: 100%; height: 2.2rem; display: block; } .dots circle, .bars rect { fill: var(--dots); fill-opacity: .55; }
        svg .own { fill: var(--press) !important; fill-opacity: 1 !important; }
        .findings { border: 0; padding: 0; margin: 0 0 .7rem; display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
        .choice { border: 1px solid var(--line); border-radius: 6px; padding: .45rem .6rem; cursor: pointer; font-weight: 600; }
        .choice:has(:checked) { border-color: var(--press); box-shadow: inset 0 0 0 1px var(--press); } .choice.fraud { color: var(--red); }
        .choice.legitimate { color: var(--green); } .choice.suspicious { color: var(--amber); }
        .fields { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; margin-bottom: .8rem; } .fields .wide { grid-column: 1 / -1; }
        textarea { width: 100%; resize: vertical; } .fields select, .fields input { width: 100%; } .act { margin: .5rem 0 .8rem; } .verdict .act { margin-bottom: 0; } p.state { margin: 0 0 .6rem; }
        table.facts th { color: var(--soft); font-weight: 400; width: 35%; } table.facts td { overflow-wrap: anywhere; } table.facts tr:last-child > * { border-bottom: 0; }
        .steps, .history { margin: 0; padding-left: 1.2rem; } .steps li, .history li { margin: .2rem 0; } .shadow { color: var(--soft); }
        .remark { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line); padding-left: .6rem; } .note { margin-top: .7rem; display: grid; gap: .4rem; justify-items: start; }
        .note label { width: 100%; }
        .entry { max-width: 24rem; margin: 12vh auto 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem 1.75rem; }
        .entry form { display: grid; gap: .8rem; margin-top: 1rem; }
        dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.5rem; max-width: 26rem; }
        dialog td, dialog th { padding: .2rem .7rem .2rem 0; }
        @media (prefers-reduced-motion: no-preference) { tr.at, .look, button { transition: background-color .12s; } }

        """
}
