import Foundation
package import Records
package import ThreeParty

/// What a member says of one of its events.
package struct LabelEntry: Sendable {
    package var event: EventID
    package var fraud: Bool
    /// The event's time, of history alone.
    package var time: EventTime?
    /// The event's entity tokens, of history alone: 33 bytes a kind of entity, as in a transaction's box.
    package var tokens: [UInt8]

    package init(event: EventID, fraud: Bool, time: EventTime? = nil, tokens: [UInt8] = []) {
        self.event = event
        self.fraud = fraud
        self.time = time
        self.tokens = tokens
    }
}

/// The same as a party reads it.
package struct SharedLabel: Sendable {
    package var event: EventID
    /// This party's components of 1 for a fraud, 0 for none; nil where nothing is said of that.
    package var outcome: CountShare?
    /// The event's time, of history alone.
    package var time: EventTime?
    /// The event's entity tokens, of history alone: 33 bytes a slot, of which zeros are no token. They may be no point.
    package var tokens: [UInt8]
}

/// What the boxes of a label record hold: `LabelBox` of pipelines/schemas.
package enum LabelEntries {
    /// Bytes of a token; zeros where there is none.
    package static let tokenBytes = 33

    /// The three boxes' plaintexts, party 0's first. Outcomes are shared additively in Z_2^16.
    ///
    /// - Parameters:
    ///   - header: says how many entries there are, and what of each is told.
    ///   - seeds: 16 fresh random bytes each, used for nothing else. Their streams begin at the first entry's event id.
    /// - Returns: the same events, times and tokens in each; of the outcomes, party i has components i and i + 1.
    package static func plaintexts(
        _ entries: [LabelEntry], header: LabelHeader, seeds: (zero: [UInt8], one: [UInt8]),
        _ streams: inout CounterStream
    ) -> [[UInt8]] {
        precondition(entries.count == header.count, "as many entries as the header says")
        var box = WireLabelBox()
        box.events = Data(entries.flatMap(\.event.bytes))
        if header.history {
            box.times = Data(entries.flatMap { ($0.time?.seconds ?? 0).bigEndianBytes })
            box.tokens = Data(entries.flatMap(\.tokens))
        }
        guard header.labelled else { return PartyID.allCases.map { _ in box.encoded } }
        let sharing = SeededComponents(
            UInt16.pack(entries.map { $0.fraud ? 1 : 0 }), group: .addition(ringBits: 16), seeds: seeds,
            from: entries.first?.event.number ?? 0, &streams)
        return PartyID.allCases.map { party in
            let parts = sharing.parts(for: party)
            box.first = Data(parts.first)
            box.second = Data(parts.second)
            return box.encoded
        }
    }

    /// What a party finds in its box; nil where that is not what the header says: another number of ids, times, tokens
    /// or outcomes, or outcomes where the header has none.
    ///
    /// - Parameters:
    ///   - plaintext: the opened box.
    ///   - slots: kinds of entities that the spec has tokens of.
    package static func read(
        _ plaintext: [UInt8], at party: PartyID, header: LabelHeader, slots: Int, _ streams: inout CounterStream
    ) -> [SharedLabel]? {
        let count = header.count
        let tokens = slots * tokenBytes
        guard LabelHeader.counts.contains(count), header.labelled || header.history,
            let box = WireLabelBox(decoding: plaintext), box.events.count == 16 * count,
            box.times.count == (header.history ? 8 * count : 0),
            box.tokens.count == (header.history ? tokens * count : 0)
        else { return nil }
        var labels: [SharedLabel] = []
        labels.reserveCapacity(count)
        let (ids, times, all) = (Array(box.events), Array(box.times), Array(box.tokens))
        for index in 0..<count {
            guard let event = EventID(Array(ids[16 * index..<16 * index + 16])) else { return nil }
            var label = SharedLabel(event: event, tokens: [])
            if header.history {
                let seconds = UInt64(bigEndianBytes: times[8 * index..<8 * index + 8])
                label.time = EventTime(seconds: Int64(bitPattern: seconds))
                label.tokens = Array(all[tokens * index..<tokens * (index + 1)])
            }
            labels.append(label)
        }
        guard header.labelled else { return box.first.isEmpty && box.second.isEmpty ? labels : nil }
        let counter = labels[0].event.number
        guard let first = component(box.first, party, counter, count, &streams),
            let second = component(box.second, party.next, counter, count, &streams)
        else { return nil }
        for index in labels.indices {
            labels[index].outcome = CountShare(first: first[index], second: second[index])
        }
        return labels
    }

    private static func component(
        _ part: Data, _ component: PartyID, _ counter: UInt128, _ count: Int, _ streams: inout CounterStream
    ) -> [UInt16]? {
        Array(part).withUnsafeBytes {
            SeededComponents.expand(
                $0, component: component.rawValue, from: counter, bytes: 2 * count, &streams)
        }.map { UInt16.unpack($0) }
    }
}
