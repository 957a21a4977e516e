package import Records

/// What a party has opened of kept rows by validations, and the rule by which it opens more. It is folded from the validations that the
/// party took part in, in the log's order, so it needs no state of its own.
///
/// Two histograms of one model on windows that differ by few rows would tell these rows' scores and labels, and histograms of many
/// models on one window, which somebody chose, would tell of few rows by their differences. So windows are the same or have no row in
/// common, the labels included, and of each no more than some histograms are opened. What was opened once costs nothing again.
package struct OpeningBudget: Sendable, Hashable {
    /// A window, as its order names it.
    package struct Window: Sendable, Hashable {
        /// Offsets of `consortium.sealed`.
        package let range: Range<Int64>
        /// The offset of `consortium.labels` up to which labels count.
        package let labels: Int64
        /// What the bits of a row mean.
        package let form: Digest32

        package init(range: Range<Int64>, labels: Int64, form: Digest32) {
            self.range = range
            self.labels = labels
            self.form = form
        }
    }

    /// Why a party does not open histograms.
    package enum Exceeded: Error, Sendable, Hashable {
        /// The window has rows in common with this one, of which histograms were opened, and is another.
        case overlap(Window)
        /// Of this window as many histograms were opened as may be.
        case window(most: Int)
    }

    /// The standard: a champion and some challengers.
    package static let standard = 8

    /// Histograms of a window that may be opened.
    package let most: Int
    private var opened: [Window: Set<Digest32>] = [:]

    /// - Parameter most: histograms of a window, at least 1.
    package init(most: Int = OpeningBudget.standard) {
        precondition(most > 0)
        self.most = most
    }

    /// Takes note of histograms that are to be opened: before anything of them is sent.
    ///
    /// - Throws: why they must not be. Nothing changes then.
    package mutating func open(_ models: [ValidationPlan.Model], on window: Window) throws(Exceeded) {
        let common = opened.keys.filter { $0 != window && $0.range.overlaps(window.range) }
        // The lowest, so that all parties name the same.
        if let other = common.min(by: { ($0.range.lowerBound, $0.labels) < ($1.range.lowerBound, $1.labels) }) {
            throw .overlap(other)
        }
        let all = opened[window, default: []].union(models.map(\.opening))
        guard all.count <= most else { throw .window(most: most) }
        opened[window] = all
    }

    /// How many more histograms of a window may be opened, were it allowed beside others.
    package func left(of window: Window) -> Int { most - opened[window, default: []].count }
}

extension ValidationPlan.Model {
    /// Of the model and its thresholds: other thresholds open another histogram.
    var opening: Digest32 {
        Digest32(
            of: [
                Array("cordon/validate/opening/v1".utf8), digest.bytes, UInt32(fraction).bigEndianBytes,
                thresholds.flatMap(\.bigEndianBytes),
            ])
    }
}

extension OpeningBudget.Exceeded: CustomStringConvertible {
    package var description: String {
        switch self {
        case .overlap(let other):
            """
            histograms were opened of offsets \(other.range.lowerBound) to \(other.range.upperBound), with labels up to \
            \(other.labels): take the same window, or one that has nothing in common with it
            """
        case .window(let most): "of this window \(most) histograms were opened, and no more may be: take a later one"
        }
    }
}
