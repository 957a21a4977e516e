import Formats
import Foundation
package import Records

/// A decision or alert as a CloudEvents 1.0 event in structured JSON: all that a member's own systems need to act. Each
/// decision is one on `<member>.decisions`, and each that a person is to hear of (`Band.alerts`) another on
/// `<member>.alerts`; both have the same `id` and `source`, so `type` tells them apart.
package struct CloudEvent: Codable, Sendable, Hashable {
    /// Where the transaction stands in the member's own topic. Repeats after a crash are told by it.
    package struct Source: Codable, Sendable, Hashable {
        package var partition: Int
        /// The record's number in its partition, from 0.
        package var offset: Int64
        /// Which of the record's transactions it is, from 0; absent for the first.
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
        /// The rule's text for people, as the policy has it.
        package var reason: String

        package init(id: String, reason: String) {
            self.id = id
            self.reason = reason
        }
    }

    /// A rule on trial that matched, and what would have been decided with it.
    package struct ShadowRule: Codable, Sendable, Hashable {
        package var id: String
        package var decision: String

        package init(id: String, decision: String) {
            self.id = id
            self.decision = decision
        }
    }

    /// The event's `data`. What is nil is absent from the JSON.
    package struct Detail: Codable, Sendable, Hashable {
        /// The member's own id of the transaction.
        package var transaction: String
        /// The band that counts, by name.
        package var decision: String
        /// What the score alone would have led to, where rules changed it.
        package var scoreDecision: String?
        /// Live rules that matched, in the policy's order; absent where none did.
        package var rules: [Rule]?
        /// Shadow rules that matched, in the policy's order; absent where none did.
        package var shadowRules: [ShadowRule]?
        /// The score in units of 2^-fractionBits of the model's: what the parties computed, bit for bit.
        package var rawScore: Int64
        /// The same score as a number (IEEE 754 binary64), on the model's own scale.
        package var score: Double
        /// The probability of fraud, 0 to 1: by the model's calibration of the score, or by both scores where the member's own is
        /// set beside it.
        package var probability: Double
        /// The probability by the model's calibration, where `probability` is by both scores.
        package var consortiumProbability: Double?
        /// The score by the member's own model, about a probability of fraud, and that model's version; absent where there is none.
        package var ownScore: Double?
        package var ownModelVersion: String?
        /// The version, in the model's manifest, of the model that scored it.
        package var modelVersion: String
        package var source: Source
        /// When the payment was made, as RFC 3339.
        package var transactionTime: String
        /// When the transaction came into the log, in microseconds since 1970.
        package var receivedAt: Int64
        /// When it was decided, in microseconds since 1970.
        package var decidedAt: Int64
        /// What was unusual about it: `late`, `clock_skew`, `left_out:ip`; absent where nothing was.
        package var marks: [String]?
        /// For alerts only, as the two below: what the member's own risk team needs to look into it.
        package var customer: String?
        package var terminal: String?
        /// A decimal of the consortium's currency, such as `57.16`.
        package var amount: String?

        package init(
            transaction: String, decision: String, scoreDecision: String? = nil, rules: [Rule]? = nil,
            shadowRules: [ShadowRule]? = nil, rawScore: Int64, score: Double, probability: Double,
            consortiumProbability: Double? = nil, ownScore: Double? = nil, ownModelVersion: String? = nil,
            modelVersion: String, source: Source, transactionTime: String, receivedAt: Int64, decidedAt: Int64,
            marks: [String]? = nil,
            customer: String? = nil, terminal: String? = nil, amount: String? = nil
        ) {
            self.transaction = transaction
            self.decision = decision
            self.scoreDecision = scoreDecision
            self.rules = rules
            self.shadowRules = shadowRules
            self.rawScore = rawScore
            self.score = score
            self.probability = probability
            self.consortiumProbability = consortiumProbability
            self.ownScore = ownScore
            self.ownModelVersion = ownModelVersion
            self.modelVersion = modelVersion
            self.source = source
            self.transactionTime = transactionTime
            self.receivedAt = receivedAt
            self.decidedAt = decidedAt
            self.marks = marks
            self.customer = customer
            self.terminal = terminal
            self.amount = amount
        }
    }

    package var specversion = "1.0"
    /// The event id of the transaction, 32 hexadecimal digits.
    package var id: String
    /// The member, as `/members/<member>`.
    package var source: String
    /// What the event is: `decision` or `alert`.
    package var type: String
    /// The transaction's id.
    package var subject: String
    /// When it was decided, as RFC 3339, in whole seconds.
    package var time: String
    package var datacontenttype = "application/json"
    package var data: Detail

    package static let decision = "org.cordon.decision.v1"
    package static let alert = "org.cordon.alert.v1"

    /// - Parameters:
    ///   - id: 32 hexadecimal digits.
    ///   - type: `decision` or `alert`.
    ///   - time: when it was decided.
    package init(id: String, member: MemberID, type: String, time: EventTime, data: Detail) {
        self.id = id
        source = "/members/\(member)"
        self.type = type
        subject = data.transaction
        self.time = time.rfc3339
        self.data = data
    }

    /// The event in structured mode, members by name: the same event gives the same bytes. Numbers have to be finite.
    /// Written by hand: `JSONEncoder` took a tenth of an agent's time.
    package var json: [UInt8] {
        var out = JSONObjectWriter()
        out.put("data") { data.write(to: &$0) }
        out.put("datacontenttype", datacontenttype)
        out.put("id", id)
        out.put("source", source)
        out.put("specversion", specversion)
        out.put("subject", subject)
        out.put("time", time)
        out.put("type", type)
        return out.end()
    }

    /// Reads an event; nil where the bytes are no JSON, or a member that has to be there is missing or of another type.
    /// Members that only a newer version knows are passed over. Versions and types are not checked.
    package init?(json: [UInt8]) {
        guard let event = try? JSONDecoder().decode(CloudEvent.self, from: Data(json)) else { return nil }
        self = event
    }
}

extension CloudEvent.Detail {
    fileprivate func write(to out: inout JSONObjectWriter) {
        out.put("amount", amount)
        if let consortiumProbability { out.put("consortiumProbability", consortiumProbability) }
        out.put("customer", customer)
        out.put("decidedAt", decidedAt)
        out.put("decision", decision)
        out.put("marks", marks)
        out.put("modelVersion", modelVersion)
        out.put("ownModelVersion", ownModelVersion)
        if let ownScore { out.put("ownScore", ownScore) }
        out.put("probability", probability)
        out.put("rawScore", rawScore)
        out.put("receivedAt", receivedAt)
        out.put("rules", rules) { rule, out in
            out.put("id", rule.id)
            out.put("reason", rule.reason)
        }
        out.put("score", score)
        out.put("scoreDecision", scoreDecision)
        out.put("shadowRules", shadowRules) { rule, out in
            out.put("decision", rule.decision)
            out.put("id", rule.id)
        }
        out.put("source") { out in
            if let index = source.index { out.put("index", index) }
            out.put("offset", source.offset)
            out.put("partition", source.partition)
        }
        out.put("terminal", terminal)
        out.put("transaction", transaction)
        out.put("transactionTime", transactionTime)
    }

    /// Says what the policy made of the transaction, and why.
    package mutating func explain(_ outcome: PolicyOutcome) {
        decision = outcome.band.rawValue
        if outcome.band != outcome.scoreBand { scoreDecision = outcome.scoreBand.rawValue }
        if !outcome.rules.isEmpty { rules = outcome.rules.map { CloudEvent.Rule(id: $0.id, reason: $0.reason) } }
        if !outcome.shadow.isEmpty {
            shadowRules = outcome.shadow.map { CloudEvent.ShadowRule(id: $0.rule.id, decision: $0.band.rawValue) }
        }
    }
}
