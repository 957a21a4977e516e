package import Records

/// The first words of a party on a link, before any frame: which version it speaks, and by which roster it works. Parties that
/// differ in either have no link.
///
/// Layout (docs/PROTOCOL.md): a mark of four bytes, the version (1), the roster's digest (32).
package struct LinkHello: Sendable, Hashable {
    package static let byteCount = 37
    /// No frame's length begins so: it would be longer than any frame may be.
    private static let mark = Array("CRDN".utf8)

    private let version: UInt8
    private let roster: Digest32

    package init(roster: Digest32) {
        version = Frame.version
        self.roster = roster
    }

    package var encoded: [UInt8] { Self.mark + [version] + roster.bytes }

    /// Holds a peer's words against this party's.
    ///
    /// - Parameter bytes: `byteCount` of them.
    package func check(_ bytes: [UInt8]) throws(LinkHelloError) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.mark), let theirs = Digest32(bytes[5...]) else {
            throw .none
        }
        guard bytes[4] == version else { throw .otherVersion(bytes[4], own: version) }
        guard theirs == roster else { throw .otherRoster(theirs, own: roster) }
    }
}

/// Why there is no link to a peer.
package enum LinkHelloError: Error, Sendable, Hashable {
    /// The connection does not begin with a hello.
    case none
    case otherVersion(UInt8, own: UInt8)
    case otherRoster(Digest32, own: Digest32)
}

extension LinkHelloError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .none: "it does not say which version it speaks: it is older than this one"
        case .otherVersion(let theirs, let own):
            "it speaks version \(theirs) of the protocol, and this party version \(own): run one release at all three parties"
        case .otherRoster(let theirs, let own):
            "it has another roster (\(theirs), not \(own)): give all three parties the same file"
        }
    }
}
