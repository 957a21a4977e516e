import Foundation
package import Records

/// Why an alert was one, as a CloudEvents 1.0 event on `<member>.reasons`: joined to decision and alert by `id`. It comes a few
/// seconds behind them, since the parties are asked first.
package struct ReasonsEvent: Codable, Sendable, Hashable {
    /// What there is to tell.
    package enum State: String, Codable, Sendable, Hashable {
        /// The parties are about to be asked.
        case wanted
        case given
        /// The model has no scorecard.
        case noCard = "no_card"
        /// The parties do not say; `code` says why.
        case refused
    }

    /// Where the parties keep what an alert was scored by: which of the member's own transactions of a batch it is.
    package struct Place: Codable, Sendable, Hashable {
        /// Offsets of the batch on `consortium.sealed`.
        package var first: Int64
        package var end: Int64
        /// The transaction's number among the member's own of the batch.
        package var row: Int
        /// The epoch of the member's session.
        package var epoch: UInt32
        /// The digest of the model, 64 hexadecimal digits.
        package var model: String

        package init(first: Int64, end: Int64, row: Int, epoch: UInt32, model: String) {
            self.first = first
            self.end = end
            self.row = row
            self.epoch = epoch
            self.model = model
        }
    }

    package struct Detail: Codable, Sendable, Hashable {
        package var state: State
        package var modelVersion: String
        /// At most four, the largest first; of `given`.
        package var reasons: [Reason]?
        /// Entities whose counts took part, and that too few members know for more to be said; absent where there are none.
        package var hidden: [String]?
        /// Why there are none; of `refused`.
        package var code: String?
        /// Of `wanted`, for the agent alone.
        package var place: Place?
        package var values: [Double]?
        package var named: [String]?

        package init(
            state: State, modelVersion: String, reasons: [Reason]? = nil, hidden: [String]? = nil, code: String? = nil,
            place: Place? = nil, values: [Double]? = nil, named: [String]? = nil
        ) {
            self.state = state
            self.modelVersion = modelVersion
            self.reasons = reasons
            self.hidden = hidden
            self.code = code
            self.place = place
            self.values = values
            self.named = named
        }
    }

    package var specversion = "1.0"
    /// The event id of the transaction, 32 hexadecimal digits.
    package var id: String
    /// The member, as `/members/<member>`.
    package var source: String
    package var type = Self.type
    /// The transaction's id.
    package var subject: String
    package var time: String
    package var datacontenttype = "application/json"
    package var data: Detail

    package static let type = "org.cordon.reasons.v1"

    package init(id: String, member: MemberID, transaction: String, time: EventTime, data: Detail) {
        self.id = id
        source = "/members/\(member)"
        subject = transaction
        self.time = time.rfc3339
        self.data = data
    }

    /// The same alert's event with other words.
    package func saying(_ data: Detail, at time: EventTime) -> ReasonsEvent {
        var event = self
        event.data = data
        event.time = time.rfc3339
        return event
    }

    /// Reads an event; nil for bytes that are none.
    package init?(json bytes: [UInt8]) {
        guard let event = try? JSONDecoder().decode(Self.self, from: Data(bytes)), event.type == Self.type else {
            return nil
        }
        self = event
    }

    /// The event's JSON, with its fields in the order of their names.
    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(self)) ?? Data())
    }
}
