import Records

extension VerifiedReceipt {
    /// What a receipt shows, and what it does not, a line each: for people.
    package func account(of receipt: DecisionReceipt) -> [String] {
        let words: String
        switch score {
        case .exact(let raw): words = "\(raw) in the model's units, as the decision says"
        case .step(let step, let steps): words = "step \(step) of \(steps), from 0, of the model's calibration"
        }
        // The decision's words are the member's own.
        let (transaction, decision, model) = (
            AuditEvent.plain(transaction), AuditEvent.plain(decision), AuditEvent.plain(modelVersion)
        )
        var lines = [
            "\(receipt.member)'s transaction \(transaction): decided as \(decision) (model \(model))",
            "It shows:",
            "  the three parties' shares add up to the score \(words);",
            "  each party signed for its share, as that of this score alone:",
        ]
        for entry in entries {
            let time = EventTime(seconds: entry.microseconds / 1_000_000).rfc3339
            lines.append("    \(entry.party) at \(time) by its clock, in entry \(entry.number) of its audit log")
        }
        let source = receipt.source.index.map { ", part \($0)" } ?? ""
        lines += [
            "  all three say of it: the sealed record \(hex(receipt.record)) at offset \(receipt.sealed.offset) of partition "
                + "\(receipt.sealed.partition), made of the member's record at offset \(receipt.source.offset)\(source) of partition "
                + "\(receipt.source.partition);",
            "    the plan \(hex(receipt.plan)), and what was agreed on of it, \(hex(receipt.agreed));",
            "    the model whose manifest has the digest \(hex(receipt.model)).",
            "It does not show:",
            "  that the parties computed the score rightly (`cordon replay-decision` has them compute it again);",
            "  what was in the sealed record, that the member's own words in the decision are true, or what the member then did;",
            "  that a party has shown everybody the same audit log: hold it against a copy of that (`--audit`).",
        ]
        return lines
    }

    private func hex(_ digest: some Sequence<UInt8>) -> String { String(hexadecimal(digest.prefix(8))) + "…" }
}
