import Foundation
package import Records

/// The coordinator's word that the parties are to do something together. What comes of it is the parties' word.
package struct SyncOrder: Sendable, Hashable {
    package enum Task: Sendable, Hashable {
        case train(TrainTask)
        case validate(ValidateTask)
        case seal(SealTask)
    }

    /// Greater than that of every order before.
    package let number: UInt64
    /// In seconds since 1970: later nobody begins it, and another order may take its place.
    package let expires: Int64
    package let task: Task
    /// Of the pairwise keys that parties do it with; nil for the roster's.
    package let epoch: KeyEpoch?

    /// - Throws: `order` for the number 0 and times before 1970.
    package init(number: UInt64, expires: Int64, task: Task, epoch: KeyEpoch? = nil) throws(SyncMistake) {
        self.epoch = epoch
        guard number > 0, expires > 0 else { throw .order }
        self.number = number
        self.expires = expires
        self.task = task
    }

    init(_ wire: WireSyncOrder) throws(SyncMistake) {
        let task: Task =
            switch wire.task {
            case .train(let task): .train(try TrainTask(task))
            case .validate(let task): .validate(try ValidateTask(task))
            case .seal(let task): .seal(try SealTask(task))
            case nil: throw .encoding
            }
        try self.init(
            number: wire.number, expires: wire.expires, task: task,
            epoch: wire.keyEpoch == 0 ? nil : KeyEpoch(wire.keyEpoch))
    }

    var wire: WireSyncOrder {
        var wire = WireSyncOrder()
        wire.number = number
        wire.expires = expires
        wire.keyEpoch = epoch?.number ?? 0
        switch task {
        case .train(let task): wire.train = task.wire
        case .validate(let task): wire.validate = task.wire
        case .seal(let task): wire.seal = task.wire
        }
        return wire
    }
}

extension SyncOrder.Task {
    /// The rows that the task reads; nil where it reads none.
    package var window: SyncWindow? {
        switch self {
        case .train(let task): task.window
        case .validate(let task): task.window
        case .seal: nil
        }
    }
}

/// Each party is to seal its own components of a candidate under a header.
package struct SealTask: Sendable, Hashable {
    /// The digest of the order to train it.
    package let candidate: Digest32
    /// The encoded model header, which the boxes are bound to.
    package let header: [UInt8]

    /// - Throws: `header` where it is no message, or has more than 256 KiB.
    package init(candidate: Digest32, header: [UInt8]) throws(SyncMistake) {
        guard (1...1 << 18).contains(header.count), WireModelHeader(decoding: header) != nil else { throw .header }
        self.candidate = candidate
        self.header = header
    }

    /// The same with a header that names the epoch of the parties' keys to seal to; nil for the roster's.
    package func naming(_ epoch: KeyEpoch?) throws(SyncMistake) -> SealTask {
        guard var wire = WireModelHeader(decoding: header) else { throw .header }
        wire.keyEpoch = epoch?.number ?? 0
        return try SealTask(candidate: candidate, header: wire.encoded)
    }

    init(_ wire: WireSealTask) throws(SyncMistake) {
        try self.init(candidate: SyncBounds.digest(wire.candidate), header: Array(wire.header))
    }

    var wire: WireSealTask {
        var wire = WireSealTask()
        wire.candidate = Data(candidate.bytes)
        wire.header = Data(header)
        return wire
    }
}
