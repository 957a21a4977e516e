/// A protocol that the parties speak over their links: its frame kinds, and the labels of all pairwise randomness that it draws.
/// Each protocol declares its own in its folder; `all` is what a party of this version takes.
package struct LinkProtocol: Sendable {
    /// The byte in every frame's header.
    package let id: UInt8
    /// The protocol's name in docs/PROTOCOL.md.
    package let name: String
    /// The kinds of its frames, with their names in docs/PROTOCOL.md.
    package let kinds: [Frame.Kind: String]
    /// The labels of its randomness. No two protocols may share one, or a mask would serve twice.
    package let labels: [StepLabel]
    /// Frames that a peer that follows the protocol has waiting in one stream at most, both peers' together.
    package let mostWaiting: Int

    package init(id: UInt8, name: String, kinds: [Frame.Kind: String], labels: [StepLabel], mostWaiting: Int) {
        self.id = id
        self.name = name
        self.kinds = kinds
        self.labels = labels
        self.mostWaiting = mostWaiting
    }

    /// Every protocol that this version speaks.
    package static let all: [LinkProtocol] = [.scoring, .training, .refresh]
}
