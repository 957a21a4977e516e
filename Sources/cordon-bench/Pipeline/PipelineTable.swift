import Terminal

extension PipelineFigures {
    private var stages: String {
        [("agent", pipeline.agent), ("party", pipeline.party)].compactMap { name, role in
            role.map { role in
                let parts = role.stages.sorted { $0.value > $1.value }.map { "\($0.key) \(decimals($0.value, 0))" }
                return "\(name) (\(parts.joined(separator: ", ")))"
            }
        }.joined(separator: ", ")
    }

    /// The figures for people.
    var table: String {
        let pipelines = [("secure", pipeline)] + (clear.map { [("in the clear", $0)] } ?? [])
        func row(_ name: String, _ value: (Pipeline) -> String) -> String {
            column(name, 34, left: true) + pipelines.map { column(value($0.1), 14) }.joined()
        }
        func role(_ role: Role?, _ value: (Role) -> Double) -> String { decimals(role.map(value), 0) }
        var lines = [
            "",
            column("transaction to decision", 34, left: true) + pipelines.map { column($0.0, 14) }.joined(),
            row("transactions/s, closed loop") { decimals($0.tx_per_s, 0) },
            row("p50 ms at \(pipeline.latency_rate)/s") { decimals($0.latency_ms.p50, 1) },
            row("p99 ms") { decimals($0.latency_ms.p99, 1) },
            row("p99.9 ms") { decimals($0.latency_ms.p999, 1) },
            row("slowest ms") { decimals($0.latency_ms.max, 1) },
            row("one at a time, median ms") { decimals($0.single_ms, 1) },
            row("agent, CPU us a transaction") { role($0.agent, \.cpu_us_per_tx) },
            row("each party") { role($0.party, \.cpu_us_per_tx) },
            row("clear worker") { role($0.worker, \.cpu_us_per_tx) },
        ]
        if pipeline.agent.allocations_per_tx != nil {
            func allocations(_ role: Role?) -> String { decimals(role?.allocations_per_tx, 1) }
            lines += [
                row("agent, allocations a transaction") { allocations($0.agent) },
                row("each party") { allocations($0.party) },
            ]
        }
        lines += [
            row("agent, MB at most") { role($0.agent, \.peak_mb) },
            row("party") { role($0.party, \.peak_mb) },
            row("clear worker") { role($0.worker, \.peak_mb) },
        ]
        if let curve = pipeline.latency_curve, !curve.isEmpty {
            lines += ["", "secure, transactions/s due, p50, p99, p99.9 ms"]
            lines += curve.map { point in
                column("\(point.rate)", 8)
                    + [point.p50, point.p99, point.p999].map { column(decimals($0, 1), 10) }.joined()
            }
        }
        lines += [
            "",
            "\(compared) of \(compared) scores equal the model in the clear on offline features, each decided once",
            "\(decimals(rounds, 0)) rounds a batch of \(decimals(transactions_per_batch, 0)), "
                + "\(decimals(sent_bytes_per_tx_party, 0)) bytes sent a transaction and party, "
                + "\(decimals(record_bytes, 0)) bytes a record in the log",
        ]
        lines.append("where the processor's time goes, us a transaction: " + stages)
        if let proto = self.protocol, let secure_to_clear, let protocol_to_clear {
            lines += [
                "the protocol alone: \(decimals(proto.tx_per_s, 0)) transactions/s",
                "secure to clear \(decimals(secure_to_clear)), protocol alone to clear \(decimals(protocol_to_clear))",
            ]
        }
        lines.append(
            "\(machine.cpu), \(machine.cores) cores, all processes on it; the log survives "
                + (log_durability == "power" ? "a power cut" : "the end of any process, as a Kafka broker's does"))
        return lines.joined(separator: "\n")
    }
}
