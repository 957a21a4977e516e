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

    /// A live rule that matched, with its reason for the people who read this.
    package struct Rule: Codable, Sendable, Hashable {
        package var id: String
        package var reason: String
    }

    /// A rule on trial that matched, and what would have been decided with it.
    package struct ShadowRule: Codable, Sendable, Hashable {
        package var id: String
        package var decision: String
    }

    package struct Detail: Codable, Sendable, Hashable {
        package var transaction: String
        package var decision: String
        /// What the score alone would have led to, where rules changed it.
        package var scoreDecision: String?
        /// Live rules that matched, shadow rules that matched; absent where none did.
        package var rules: [Rule]?
        package var shadowRules: [ShadowRule]?
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

extension CloudEvent.Detail {
    /// Says what the policy made of the transaction, and why.
    mutating func explain(_ outcome: PolicyOutcome) {
        decision = outcome.band.rawValue
        if outcome.band != outcome.scoreBand { scoreDecision = outcome.scoreBand.rawValue }
        if !outcome.rules.isEmpty { rules = outcome.rules.map { CloudEvent.Rule(id: $0.id, reason: $0.reason) } }
        if !outcome.shadow.isEmpty {
            shadowRules = outcome.shadow.map { CloudEvent.ShadowRule(id: $0.rule.id, decision: $0.band.rawValue) }
        }
    }
}
