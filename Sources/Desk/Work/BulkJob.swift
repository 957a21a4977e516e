package import Records

/// How far a job is.
package struct BulkJob: Hashable, Sendable {
    package var by: Actor
    /// By the log's clock, in microseconds.
    package var at: Int64
    /// Items in all, those that it was done to, and those that it could not be done to.
    package var count: Int64
    package var done: Int64 = 0
    package var refused: Int64 = 0
    package var isCancelled = false

    package init(_ order: BulkOrder, by actor: Actor, at now: Int64) {
        by = actor
        at = now
        count = Int64(order.items.count)
    }

    package init(by actor: Actor, at now: Int64, count: Int64) {
        by = actor
        at = now
        self.count = count
    }

    /// Items that nothing has become of yet.
    package var left: Int64 { count - done - refused }
    package var isOver: Bool { isCancelled || left == 0 }
}

extension DeskRecord {
    /// The record of a job for one of its items. Whoever writes it gives it the same id, so it is done once, however many desks do
    /// it and however often they are killed.
    ///
    /// - Parameters:
    ///   - amount: of the item's payment.
    ///   - now: the desk's clock, in microseconds.
    package static func part(
        of job: ItemID, by actor: Actor, _ deed: Act, remark: String, on item: BulkItem, amount: MinorUnits?,
        at now: Int64
    ) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "job", [job.bytes, item.item.bytes]), item: item.item, actor: actor, writtenAt: now,
            expects: item.version, act: deed, remark: remark, amount: amount, within: job)
    }

    /// The record that gives an item its closed case's verdict, with one id as that of a job has.
    ///
    /// - Parameter version: the case's, by which one that is closed twice is told apart.
    package static func verdict(
        of file: ItemID, version: Int64, _ judgement: Judgement, by actor: Actor, on item: ItemID, at now: Int64
    ) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "case", [file.bytes, item.bytes, Array("\(version)".utf8)]), item: item, actor: actor,
            writtenAt: now, act: .judge(judgement), within: file)
    }
}

extension DeskRecord {
    /// The record by which the desk itself brings an item back that something has come to.
    package static func wake(_ item: ItemID, version: Int64, _ event: WakeEvent, at now: Int64) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "wake", [item.bytes, Array("\(version)".utf8)]), item: item, actor: .desk, writtenAt: now,
            expects: version, act: .aside(.wake(event)))
    }
}

extension DeskRecord {
    /// The record by which the desk itself puts a payment before people that was drawn.
    package static func drawn(
        _ item: ItemID, at source: SourcePosition, transaction: String, _ sample: Sample, at now: Int64
    ) -> DeskRecord {
        DeskRecord(
            id: .drawn(item, of: sample.stratum), item: item, actor: .desk, writtenAt: now,
            act: .raise(source, transaction: transaction, sample: sample))
    }
}

extension DeskRecord {
    /// The record by which the desk itself says that an item is late: once of each time that it is due at, and again where it was
    /// opened again, since a verdict may have been quicker than the first.
    package static func late(_ item: ItemID, due: Int64, reopened: Int64, at now: Int64) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "late", [item.bytes, Array("\(due) \(reopened)".utf8)]), item: item, actor: .desk,
            writtenAt: now, act: .late)
    }
}

extension DeskRecord {
    /// The record by which the desk itself says that an item's time is nearly over: once of each time that it is due at.
    package static func soon(_ item: ItemID, due: Int64, reopened: Int64, at now: Int64) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "due soon", [item.bytes, Array("\(due) \(reopened)".utf8)]), item: item, actor: .desk,
            writtenAt: now, act: .soon)
    }
}

extension ActID {
    /// The name of the act by which an item of a stratum comes before people that was drawn.
    package static func drawn(_ item: ItemID, of stratum: Sample.Stratum) -> ActID {
        ActID(of: "sample", [item.bytes, Array(stratum.rawValue.utf8)])
    }

    /// The name of an act that the desk itself asks for: it follows from what the act is about.
    package init(of kind: String, _ parts: [[UInt8]]) {
        self.init(random: Array(Digest32(of: [Array("cordon desk \(kind)".utf8)] + parts).bytes.prefix(16)))
    }
}
