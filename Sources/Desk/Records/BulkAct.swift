/// What somebody does to many items at once: a job, which is a record as any other act, and whose id is the act's own.
package enum BulkAct: Hashable, Sendable {
    /// The desk does it item by item from then on, whatever becomes of the browser that asked.
    indirect case start(BulkOrder)
    /// What is not done yet is not done any more.
    case cancel

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .start: "job"
        case .cancel: "job-cancel"
        }
    }
}

/// A deed, and the items that it is done to.
package struct BulkOrder: Hashable, Sendable {
    /// An act that each item gets; `Act.isForMany` of it.
    package var deed: Act
    /// At least one, up to `limit`; each once.
    package var items: [BulkItem]

    /// Nil where the deed is none for many, or the items are not so.
    package init?(_ deed: Act, items: [BulkItem]) {
        guard deed.isForMany, (1...Self.limit).contains(items.count), Set(items.map(\.item)).count == items.count
        else { return nil }
        self.deed = deed
        self.items = items
    }

    /// Most items of a job.
    package static let limit = 10_000
}

/// An item as whoever asks for a job saw it: on another version it stays as it is.
package struct BulkItem: Hashable, Sendable {
    package var item: ItemID
    package var version: Int64

    package init(_ item: ItemID, version: Int64) {
        self.item = item
        self.version = version
    }

    /// `<item>.<version>`, as records have it.
    package var text: String { "\(item).\(version)" }

    /// Nil where the text is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let item = ItemID(parts[0]), let version = Int64(parts[1]), version >= 0 else {
            return nil
        }
        self.init(item, version: version)
    }
}

extension Act {
    /// Whether a job can do it to many items.
    package var isForMany: Bool {
        switch self {
        case .claim, .release, .assign, .judge, .reopen, .note, .file(.link), .file(.unlink), .aside: true
        default: false
        }
    }
}
