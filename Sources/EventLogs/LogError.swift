/// Why the log could not do as asked. What to do next is a property of the error (`mayRetry`).
package enum LogError: Error, Sendable, Hashable {
    /// The broker or file can't be reached; `reason` is the driver's own words.
    case unreachable(reason: String)
    case unknownTopic(String)
    case unknownPartition(TopicPartition)
    /// The offset is older than what is kept, negative, or beyond the end.
    case offsetOutOfRange(Position, earliest: Int64)
    /// A record is not of a schema that this version knows, or is cut off. Never passed over: what it means is not known.
    case unreadable(Position, reason: String)
    /// A partition gave a record from before what it gave already.
    case wentBackwards(Position, after: Int64)
    /// A newer writer of this id took over: this one writes nothing any more.
    case fenced(writer: String)
    /// A file or record is damaged; nothing was changed.
    case corrupted(reason: String)
    /// Anything else that the driver reported.
    case failed(reason: String)

    package var mayRetry: Bool {
        if case .unreachable = self { true } else { false }
    }

    /// What is wrong with one partition, and stops work on that one alone.
    package var concernsOnePartition: Bool {
        switch self {
        case .unreadable, .wentBackwards, .offsetOutOfRange: true
        default: false
        }
    }
}

extension LogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "the log can't be reached: \(reason)"
        case .unknownTopic(let topic): "the log has no topic \(topic); `cordon topics` creates what a consortium needs"
        case .unknownPartition(let partition): "the log has no partition \(partition)"
        case .offsetOutOfRange(let position, let earliest):
            "\(position.partition) has no offset \(position.offset); the earliest that is kept is \(earliest)"
        case .unreadable(let position, let reason):
            "\(position.partition) holds at offset \(position.offset) \(reason); a newer version may have written it"
        case .wentBackwards(let position, let before):
            "\(position.partition) went back to offset \(position.offset) after offset \(before)"
        case .fenced(let writer): "another process has taken over as \(writer); this one writes nothing any more"
        case .corrupted(let reason): "the log is damaged: \(reason)"
        case .failed(let reason): "the log failed: \(reason)"
        }
    }
}
