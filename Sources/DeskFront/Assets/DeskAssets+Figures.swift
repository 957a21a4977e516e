extension DeskAssets {
    /// Figures and their pictures: the colours mean what they mean elsewhere.
    static let figureStyle = """
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(28rem, 100%), 1fr)); gap: 1rem; align-items: start; }
        .figures.wide { grid-template-columns: minmax(0, 1fr); }
        .figure { margin: 0; min-width: 0; } .figure summary { cursor: pointer; color: var(--press); min-height: 1.6rem; } .figure details p { max-width: 60ch; }
        svg.chart { height: auto; max-height: 24rem; } svg.chart text { font-size: 11px; fill: var(--soft); } svg.chart line { stroke: var(--line); }
        .numbers { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0 0 .6rem; } .numbers dt { font-size: .8rem; color: var(--soft); }
        .numbers dd { margin: 0; font-size: 1.2rem; font-weight: 650; font-variant-numeric: tabular-nums; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: .3rem 0 .5rem; padding: 0; font-size: .85rem; color: var(--soft); }
        .swatch { display: inline-block; width: .75rem; height: .75rem; margin-right: .35rem; border-radius: 2px; vertical-align: -1px; }
        .chart .fraud { fill: var(--red); } .chart .legitimate { fill: var(--green); } .chart .suspicious { fill: var(--amber); }
        .chart .undecidable { fill: var(--soft); } .chart .open { fill: var(--line); stroke: var(--dots); stroke-width: .5; } .chart .kept { fill: none; stroke: var(--dots); stroke-dasharray: 2 2; } .chart .plain { fill: var(--press); }
        .swatch.fraud { background: var(--red); } .swatch.legitimate { background: var(--green); } .swatch.suspicious { background: var(--amber); }
        .swatch.undecidable { background: var(--soft); } .swatch.kept { outline: 1px dashed var(--dots); outline-offset: -1px; } .swatch.open { background: var(--line); outline: 1px solid var(--dots); outline-offset: -1px; }

        """
}
