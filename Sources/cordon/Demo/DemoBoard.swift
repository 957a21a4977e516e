import Foundation
import Policy
import Records
import Roles
import Terminal

/// Draws the live table: over itself on a terminal, otherwise anew every ten seconds.
struct DemoBoard {
    private let members: [MemberID]
    private let frauds: [MemberID: Set<String>]
    private let total: Int
    private let terminal = isatty(STDOUT_FILENO) == 1
    private var drawn = 0
    private var last: ContinuousClock.Instant?

    /// - Parameter frauds: the ground truth, ids by member, to mark alerts with.
    init(members: [MemberID], frauds: [MemberID: Set<String>], total: Int) {
        self.members = members
        self.frauds = frauds
        self.total = total
    }

    /// - Parameter notes: lines of their own, where there is something to tell.
    mutating func show(
        _ state: DemoWatch.State, sent: [MemberID: Int], notes: [String] = [], last final: Bool = false
    ) {
        let now = ContinuousClock.now
        if !terminal, !final, let last, now - last < .seconds(10) { return }
        last = now
        let lines = table(state, sent) + alerts(state) + (notes.isEmpty ? [] : [""] + notes)
        let back = terminal && drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        let text = lines.map { (terminal ? "\u{1B}[2K" : "") + $0 + "\n" }.joined()
        FileHandle.standardOutput.write(Data((back + text).utf8))
        drawn = lines.count
    }

    private func table(_ state: DemoWatch.State, _ sent: [MemberID: Int]) -> [String] {
        let scored = state.tallies.values.reduce(0) { $0 + $1.decisions }
        let seconds = state.first.flatMap { first in state.last.map { ($0 - first) / .seconds(1) } } ?? 0
        let rate = seconds > 0 ? " · \(Int(Double(scored) / seconds)) transactions/s" : ""
        var lines = [
            "", "\(scored) of \(total) transactions scored\(rate)",
            column("member", 10, left: true)
                + ["in", "scored", "rejected", "alerts", "p50 ms", "p99 ms"].map { column($0, 10) }.joined(),
        ]
        for member in members {
            let tally = state.tallies[member] ?? DemoWatch.Tally()
            let recent = tally.latencies.suffix(5000).sorted()
            let cells = [
                "\(sent[member] ?? 0)", "\(tally.decisions)", "\(tally.rejected)", "\(tally.alerts)",
                decimals(percentile(recent, 0.5).map { Double($0) / 1000 }, 1),
                decimals(percentile(recent, 0.99).map { Double($0) / 1000 }, 1),
            ]
            lines.append(column(member.name, 10, left: true) + cells.map { column($0, 10) }.joined())
        }
        return lines
    }

    private func alerts(_ state: DemoWatch.State) -> [String] {
        var lines = ["", "last alerts"]
        for (member, event) in state.lastAlerts {
            let data = event.data
            let truth = frauds[member]?.contains(data.transaction) == true ? "fraud" : "legitimate"
            lines.append(
                "  \(data.transactionTime)  \(column(member.name, 8, left: true))"
                    + " customer \(column(data.customer ?? "", 6)) at terminal \(column(data.terminal ?? "", 6))"
                    + " \(column(data.amount ?? "", 9))  \(column(data.decision, 7, left: true))"
                    + " \(decimals(data.probability, 2))  in truth: \(truth)")
        }
        return lines + Array(repeating: "", count: 5 - min(5, state.lastAlerts.count))
    }
}
