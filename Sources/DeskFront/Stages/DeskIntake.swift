import Desk
package import DeskStore
package import EventLogs
package import Formats
import Policy
package import Records

/// What the desk takes from records of the member's topics.
package struct DeskIntake: Sendable {
    private let member: MemberID
    private let parser: RecordParser

    /// - Parameter mapping: of the member's records, as its agent has it.
    package init(member: MemberID, mapping: Mapping) {
        self.member = member
        parser = RecordParser(mapping: mapping)
    }

    /// The topics that are read.
    package var topics: [String] {
        [Topics.transactions(member), Topics.decisions(member), Topics.alerts(member), Topics.cases(member)]
    }

    /// Those that are read where the log has them.
    package var optionalTopics: [String] { [Topics.reasons(member), Topics.receipts(member)] }

    /// What a record tells; nothing where it is for others, or can't be read. Alone a record of the two topics that the desk lives
    /// by is counted then.
    package func inputs(_ record: LogRecord) -> (inputs: [DeskInput], isUnreadable: Bool) {
        guard let value = record.value else { return ([], false) }
        let position = record.position
        switch position.partition.topic {
        case Topics.transactions(member): return (payments(value, at: position, record.timestamp), false)
        case Topics.decisions(member): return (CloudEvent(json: value).flatMap(decision).map { [$0] } ?? [], false)
        case Topics.alerts(member):
            guard let facts = CloudEvent(json: value).flatMap({ AlertFacts($0) }) else { return ([], true) }
            return ([.alert(facts, at: position)], false)
        case Topics.receipts(member):
            // Their tags are for the agent, which has the keys; who may write here is the topic's to say.
            guard let wire = WireLabelReceipt(decoding: value), wire.schema == 1, wire.hasCounted,
                let party = PartyID(rawValue: Int(wire.party)), case let counted = SourcePosition(wire.counted),
                counted.offset >= 0
            else { return ([], false) }
            return ([.receipt(party, counted: counted)], false)
        case Topics.reasons(member):
            guard let event = ReasonsEvent(json: value), let item = ItemID(event.id) else { return ([], false) }
            return ([.reasons(event, of: item)], false)
        case Topics.cases(member):
            guard let act = DeskRecord(json: value) else { return ([], true) }
            return ([.act(act, offset: position.offset, timestamp: record.timestamp)], false)
        default: return ([], false)
        }
    }

    private func payments(_ value: [UInt8], at position: Position, _ timestamp: Int64) -> [DeskInput] {
        let place =
            parser.needsPlaces
            ? RecordPlace("\(position.partition.topic)/\(position.partition.partition)/\(position.offset)") : nil
        return parser.parts(value, at: place).compactMap { part in
            if let verdict = part.verdict { return .label(verdict, at: position, timestamp: timestamp) }
            return part.transaction.map { payment in
                .payment(
                    payment,
                    at: SourcePosition(
                        partition: position.partition.partition, offset: position.offset, index: part.index))
            }
        }
    }

    private func decision(_ event: CloudEvent) -> DeskInput? {
        guard event.type == CloudEvent.decision, let item = ItemID(event.id),
            let band = Band(rawValue: event.data.decision),
            (0...1).contains(event.data.probability)
        else { return nil }
        return .decision(
            item, of: event.data.source.position, band: band, probability: event.data.probability,
            at: event.data.decidedAt)
    }
}
