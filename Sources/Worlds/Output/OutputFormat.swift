package import Records

/// How a world's transactions are written to files.
package enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    /// A file a day with everybody's transactions and a column that says whose, as `ReplaySource` reads it.
    case csv
    /// A file a day and member, one canonical record a line.
    case jsonLines = "jsonl"
    /// A file a day, member and thousand transfers: a pacs.008 message. Cards and cash have no such message.
    case iso20022

    /// A file's path below the output folder, and what is in it.
    package struct File: Sendable, Hashable {
        package var path: String
        package var bytes: [UInt8]
    }

    /// The files of one day.
    ///
    /// - Parameter day: `2026-01-31`.
    package func files(of transactions: [LabelledTransaction], day: String) -> [File] {
        switch self {
        case .csv:
            return [File(path: day + ".csv", bytes: CSVText.write(transactions))]
        case .jsonLines:
            return Self.byMember(transactions).map { member, own in
                File(path: "\(member)/\(day).jsonl", bytes: JSONText.write(own))
            }
        case .iso20022:
            return Self.byMember(transactions).flatMap { member, own in
                let transfers = own.filter(CreditTransferMessage.takes)
                return stride(from: 0, to: transfers.count, by: CreditTransferMessage.limit).map { start in
                    let part = transfers[start..<min(transfers.count, start + CreditTransferMessage.limit)]
                    let name = "\(day)-\(start / CreditTransferMessage.limit + 1)"
                    let message = CreditTransferMessage(id: "\(member.name.prefix(20))-\(name)", transfers: part)
                    return File(path: "\(member)/\(name).xml", bytes: message.xml)
                }
            }
        }
    }

    /// Whether the format has a message for a transaction.
    package func takes(_ transaction: Transaction) -> Bool {
        self != .iso20022 || CreditTransferMessage.takes(transaction)
    }

    private static func byMember(_ all: [LabelledTransaction]) -> [(MemberID, [Transaction])] {
        Dictionary(grouping: all, by: \.member).sorted { $0.key < $1.key }.map { ($0, $1.map(\.transaction)) }
    }
}
