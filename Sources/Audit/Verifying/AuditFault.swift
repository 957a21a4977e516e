package import Manifests

/// What is wrong with a copy of an audit log. Entries are named by their numbers, from 0.
package enum AuditFault: Error, Sendable, Hashable {
    /// The file is none, or its first bytes were altered.
    case notALog
    /// The bytes behind so many entries are no frame.
    case damaged(after: Int, byte: Int)
    /// The file ends within a frame.
    case torn(after: Int, byte: Int)
    /// An entry is not in the form that entries have.
    case malformed(Int)
    /// An entry is of another role's log.
    case otherRole(Int, SyncAuthor)
    case altered(Int)
    case dropped(Range<Int>)
    /// An entry stands behind a later one.
    case reordered(Int)
    /// An entry comes again.
    case repeated(Int, at: Int)
    /// The entries since the last head that holds are not those that the role signed.
    case notSigned(Range<Int>)
    /// A head after so many entries does not count.
    case head(after: Int, AuditHeadRefusal)
    /// A head is of another number of entries than stand before it.
    case headMisplaced(after: Int, says: Int)
    /// What stands before this head is not what the role had written: heads were dropped, moved or doubled.
    case trailDiffers(after: Int)
    /// The head names a head of another role that is not in the file, or passes over one that is.
    case seenDropped(after: Int, SyncAuthor)
    /// No head is over these entries, the last ones; none where others' heads alone stand behind the role's last.
    case unsigned(Range<Int>)
    /// A role signed two histories.
    case forked(AuditFork)
    /// The role signed for more entries than the file has.
    case setBack(SyncAuthor, has: Int, signed: Int)
    /// Nothing shows that a role's head goes on from the one that was known before.
    case notShown(SyncAuthor, from: Int, to: Int)
}

extension AuditFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notALog: "it does not begin as an audit log does: another file, or altered at its beginning"
        case .damaged(let count, let byte): "behind entry \(Self.last(count)) it is damaged, at byte \(byte)"
        case .torn(let count, let byte):
            "behind entry \(Self.last(count)) it ends in the middle of a write, at byte \(byte): cut off, or copied while it was "
                + "written; the role mends it when it starts"
        case .malformed(let number): "entry \(number) is altered: it is not in the form that entries have"
        case .otherRole(let number, let role): "entry \(number) is of \(role)'s log"
        case .altered(let number): "entry \(number) is altered: the next one names another in its place"
        case .dropped(let numbers): "\(Self.entries(numbers)) dropped"
        case .reordered(let number): "entry \(number) is moved: it stands behind a later one"
        case .repeated(let number, let place): "entry \(number) comes again in the place of entry \(place)"
        case .notSigned(let numbers): "\(Self.entries(numbers)) altered: the role signed others in their place"
        case .head(let count, let refusal): "the head behind entry \(Self.last(count)) does not count: \(refusal)"
        case .headMisplaced(let count, let says):
            "the head behind entry \(Self.last(count)) is of \(says) entries, and \(count) stand before it: dropped, or moved"
        case .trailDiffers(let count):
            "before the head behind entry \(Self.last(count)) a head is dropped, moved or doubled"
        case .seenDropped(let count, let role):
            "the head behind entry \(Self.last(count)) names another head of \(role) than stands in the file"
        case .unsigned(let numbers):
            (numbers.isEmpty ? "what is behind entry \(Self.last(numbers.lowerBound)) is" : Self.entries(numbers))
                + " under no head: cut off behind, or copied before the role signed; it signs when it starts"
        case .forked(let fork): "forked: \(fork)"
        case .setBack(let role, let has, let signed):
            "set back: \(role) signed for \(signed) entries, and shows \(has)"
        case .notShown(let role, let from, let to):
            "not shown: that \(role)'s \(to) entries go on from the \(from) that it had signed for: it proves that of another head"
        }
    }

    /// The number of the last of so many entries, for a sentence.
    private static func last(_ count: Int) -> String { count == 0 ? "-1 (the beginning)" : "\(count - 1)" }

    private static func entries(_ numbers: Range<Int>) -> String {
        numbers.count == 1
            ? "entry \(numbers.lowerBound) is" : "entries \(numbers.lowerBound) to \(numbers.upperBound - 1) are"
    }
}
