import Keys
package import Records

/// What is wrong with what a record of `consortium.sync` says, whoever says it.
package enum SyncMistake: Error, Sendable, Hashable {
    /// It is no message of this version, or says nothing.
    case encoding
    /// A name, a code or a sentence is empty, too long, or has characters that can't be shown; the field's name.
    case text(String)
    /// A digest is not of 32 bytes.
    case digest
    /// A window ends where it begins, or an offset is negative.
    case window
    /// The order has the number 0, or expires before 1970.
    case order
    case rule(TrainingRule.Invalid)
    /// Frequencies are none, too many, or not parts of a million.
    case frequencies
    /// Members are no names, too many, or do not ascend.
    case members
    /// A least number is 0, or there could not be as many rows.
    case least
    /// Thresholds are none, too many, do not ascend, or are no scores; or are there without their model.
    case thresholds
    /// Challenger and champion are one model.
    case sameModel
    /// The header is no message, or too long.
    case header
    /// Groups are more than all groups, or none.
    case progress
    /// Rows or frauds are more than there can be, or the ring is none.
    case training
    /// A histogram has other numbers of bins for its classes, or more rows than there can be; or two models' are of other rows.
    case counts
    /// A box or its encapsulated key is of another length than any.
    case box
    /// Figures are too many, have no name or no value, or lie outside of their interval.
    case figures
    /// A rule of promotion is too long, or that of another decision.
    case promotion
}

extension SyncMistake: CustomStringConvertible {
    package var description: String {
        switch self {
        case .encoding: "it is no message of this version"
        case .text(let field): "its \(field) is empty, too long, or has characters that can't be shown"
        case .digest: "a digest in it is not of 32 bytes"
        case .window: "its window ends where it begins, or has a negative offset"
        case .order: "its number is 0, or it expires before 1970"
        case .rule(let invalid): "\(invalid)"
        case .frequencies: "its frequencies are not 1 to 16,384 parts of a million"
        case .members: "its members are no names, more than 1,024, or do not ascend"
        case .least: "its least numbers of rows are not 1 to 16,777,215, or of frauds more than of rows"
        case .thresholds: "its thresholds are not 1 to 1,024 ascending scores of a model that it names"
        case .sameModel: "its challenger is its champion"
        case .header: "its model header is no message, or too long"
        case .progress: "it is further than all groups of trees, or at none"
        case .training: "its rows, frauds or ring are those of no training"
        case .counts: "its histograms are of no validation"
        case .box: "a box in it is of no length that boxes have"
        case .figures: "its figures are more than 64, or one has no name, no value, or lies outside of its interval"
        case .promotion: "its rule of promotion is too long, or it promotes nothing"
        }
    }
}

/// Bounds of what records of `consortium.sync` say.
enum SyncBounds {
    /// A record's, so that every broker takes it.
    static let recordBytes = 1_000_000
    static let mostRows = 16_777_215
    static let mostMembers = 1_024
    static let mostThresholds = 1_024
    static let mostFigures = 64
    static let sentenceBytes = 1_000

    /// A text that can be shown on one line.
    static func text(_ text: String, _ field: String, most: Int) throws(SyncMistake) {
        guard (1...most).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        else { throw .text(field) }
    }

    /// Whether these may be an encapsulated key of HPKE.
    static func isEncapsulated(_ bytes: [UInt8]) -> Bool {
        KEMSuite.allCases.contains { $0.encapsulatedBytes == bytes.count }
    }

    static func members(_ members: [MemberID]) throws(SyncMistake) {
        guard members.count <= mostMembers, zip(members, members.dropFirst()).allSatisfy(<) else { throw .members }
    }

    static func members(_ names: [String]) throws(SyncMistake) -> [MemberID] {
        let members = names.compactMap { MemberID($0) }
        guard members.count == names.count else { throw .members }
        return members
    }

    static func digest(_ bytes: some Sequence<UInt8>) throws(SyncMistake) -> Digest32 {
        guard let digest = Digest32(bytes) else { throw .digest }
        return digest
    }
}
