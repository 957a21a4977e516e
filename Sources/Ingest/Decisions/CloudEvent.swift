import Foundation
package import Records

/// A decision or alert as a CloudEvents 1.0 event in structured JSON.
package struct CloudEvent: Codable, Sendable, Hashable {
    /// Where the transaction stands in the member's own topic.
    package struct Source: Codable, Sendable, Hashable {
        package var partition: Int
        package var offset: Int64
        /// Of the transactions of one record, from 0; absent for the first.
        package var index: Int?

        package init(_ position: SourcePosition) {
            partition = position.partition
            offset = position.offset
            index = position.index == 0 ? nil : position.index
        }

        package var position: SourcePosition { SourcePosition(partition: partition, offset: offset, index: index ?? 0) }
    }

    package struct Detail: Codable, Sendable, Hashable {
        package var transaction: String
        package var decision: String
        /// In units of 2^-fractionBits: what the parties computed, bit for bit.
        package var rawScore: Int64
        package var score: Double
        package var probability: Double
        package var modelVersion: String
        package var source: Source
        /// RFC 3339, when the payment was made.
        package var transactionTime: String
        /// Microseconds since 1970: when the transaction came into the log, and when it was decided.
        package var receivedAt: Int64
        package var decidedAt: Int64
        /// What was unusual about it, such as `late`; absent where nothing was.
        package var marks: [String]?
        /// For alerts only: what the member's own risk team needs to look into it.
        package var customer: String?
        package var terminal: String?
        package var amount: String?
    }

    package var specversion = "1.0"
    package var id: String
    package var source: String
    package var type: String
    package var subject: String
    package var time: String
    package var datacontenttype = "application/json"
    package var data: Detail

    package static let decision = "org.cordon.decision.v1"
    package static let alert = "org.cordon.alert.v1"

    package init(id: String, member: MemberID, type: String, time: EventTime, data: Detail) {
        self.id = id
        source = "/members/\(member)"
        self.type = type
        subject = data.transaction
        self.time = time.rfc3339
        self.data = data
    }

    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and finite doubles always encode.
        return Array((try? encoder.encode(self)) ?? Data())
    }

    package init?(json: [UInt8]) {
        guard let event = try? JSONDecoder().decode(CloudEvent.self, from: Data(json)) else { return nil }
        self = event
    }
}
