import Formats
import Foundation
import Records

/// What `cordon ingest --try --json` says of one transaction.
struct TrialLine {
    private let file: String
    private let line: Int?
    private let taken: StreamTrial.Taken
    private var part: RecordPart { taken.part }

    init(file: String, line: Int?, taken: StreamTrial.Taken) {
        self.file = file
        self.line = line
        self.taken = taken
    }

    private struct Shape: Encodable {
        var file: String
        var line: Int?
        var index: Int
        var result: String
        var transaction: [String: String]?
        var outcome: [String: String]?
        var label: [String: String]?
        var watermark: String?
        var message: [String: String]?
        var reason: String?
        var field: String?
        var byte: Int?
        var marks: [String]?
        var notes: [String]?
    }

    /// One object on one line, keys sorted.
    var json: String {
        get throws {
            var shape = Shape(file: file, line: line, index: part.index, result: "rejected")
            if let transaction = part.transaction {
                shape.result = taken.isRepeat ? "repeat" : "transaction"
                shape.transaction = Self.canonical(transaction)
                // What the record itself says became of it.
                shape.label = part.labelled.map { ["fraud": "\($0.fraud)"] }
            } else if let outcome = part.outcome {
                shape.result = "outcome"
                shape.outcome = Self.canonical(outcome)
            } else if let verdict = part.verdict {
                shape.result = "label"
                shape.label = ["transaction": verdict.transaction, "fraud": "\(verdict.fraud)"]
            } else if let leftOut = part.leftOut {
                shape.result = "left_out"
                shape.reason = leftOut.rawValue
            } else if let watermark = part.watermark {
                shape.result = "watermark"
                shape.watermark = watermark.rfc3339
            }
            if let rejection = part.rejection { shape.reason = rejection.reason.rawValue }
            shape.field = part.rejection?.field
            if part.rejection != nil { shape.byte = part.at }
            if !part.message.isEmpty { shape.message = part.message }
            if !part.marks.isEmpty { shape.marks = part.marks.map(\.rawValue) }
            if !part.notes.isEmpty { shape.notes = part.notes.map(\.rawValue) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(shape), as: UTF8.self)
        }
    }

    /// Canonical fields that are there: `amount` as the record gave it, `converted` in the consortium's currency.
    static func canonical(_ transaction: Transaction) -> [String: String] {
        var fields = [
            "id": transaction.id, "time": transaction.time.rfc3339, "customer": transaction.customer,
            "terminal": transaction.terminal, "amount": transaction.original?.decimal ?? transaction.amount.decimal,
            "converted": transaction.amount.decimal,
        ]
        fields["currency"] = transaction.original?.currency.code
        fields["kind"] = transaction.kind?.rawValue
        fields["channel"] = transaction.channel?.rawValue
        for (entity, value) in transaction.entities { fields[entity.rawValue] = value }
        return fields
    }

    private static func canonical(_ outcome: PaymentOutcome) -> [String: String] {
        var fields = [
            "kind": outcome.kind.rawValue, "transaction": outcome.transaction, "time": outcome.time.rfc3339,
            "fraud": "\(outcome.tellsFraud)",
        ]
        fields["status"] = outcome.status
        fields["reason"] = outcome.reason
        fields["amount"] = outcome.amount?.decimal
        fields["currency"] = outcome.amount?.currency.code
        return fields
    }
}
