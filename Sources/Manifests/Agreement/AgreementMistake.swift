import Records

/// What is wrong with a record of `consortium.agreement` by itself, whatever was said before.
package enum AgreementMistake: Error, Sendable, Hashable {
    case tooLong(Int)
    /// It is no message of this version, or says nothing that this version knows.
    case encoding
    case otherConsortium
    /// The author is none, or of a kind that has no say in this.
    case author
    /// A digest is not of 32 bytes.
    case digest
    /// The epoch is 0, or greater than 2^31 - 1.
    case epoch
    /// The attempt is 0, or greater than 1,000,000.
    case attempt
    /// A key is none of its suite, which is unknown or known.
    case key
    /// Offsets are none, more than 1,024, or negative; or the kind of switch is none.
    case places
    /// The version of the agreement in it is none.
    case version(AgreementDefect)
    /// What a list names is not ascending, too long, or no name.
    case list
}

extension AgreementMistake: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let bytes): "the record has \(bytes) bytes, and \(AgreementBounds.recordBytes) are the most"
        case .encoding: "the record is no message of this version, or says nothing that this version knows"
        case .otherConsortium: "the record is of another consortium than the roster's"
        case .author: "the record's author has no say in what it says"
        case .digest: "a digest in it is not of 32 bytes"
        case .epoch: "its epoch is not 1 to 2147483647"
        case .attempt: "its attempt is not 1 to 1000000"
        case .key: "a key in it is none of its suite"
        case .places: "its places are not 1 to 1,024 offsets of an activation or a closing"
        case .version(let defect): "the version of the agreement in it is none: \(defect)"
        case .list: "a list in it does not ascend, is too long, or has something in it that is no name"
        }
    }
}

/// Bounds of what records of `consortium.agreement` say.
enum AgreementBounds {
    /// A record's, so that every broker takes it.
    static let recordBytes = 1_000_000
    static let mostAttempts: UInt32 = 1_000_000
    static let mostPartitions = 1_024
    static let mostListed = 4_096

    static func digest(_ bytes: some Sequence<UInt8>) throws(AgreementMistake) -> Digest32 {
        guard let digest = Digest32(bytes) else { throw .digest }
        return digest
    }

    static func epoch(_ number: UInt32) throws(AgreementMistake) -> KeyEpoch {
        guard (1...UInt32(Int32.max)).contains(number) else { throw .epoch }
        return KeyEpoch(number)
    }

    static func attempt(_ number: UInt32) throws(AgreementMistake) -> UInt32 {
        guard (1...mostAttempts).contains(number) else { throw .attempt }
        return number
    }
}
