package import Model
import Records

/// A feature that raised a score, in the words of its spec. What the consortium counts has neither a value nor a size here: words
/// are all that is said of it.
package struct Reason: Codable, Sendable, Hashable {
    /// The feature's name in the spec.
    package var feature: String
    /// As in a spec's file (`FeatureForm.kind`).
    package var kind: String
    package var entity: String?
    /// `distinct`: what is told apart.
    package var of: String?
    /// The window's span, and how long before the payment it ends: seconds.
    package var over: Int64?
    package var delay: Int64?
    /// `consortium` where all members' payments are counted; absent for the member's own.
    package var scope: String?
    /// Of the member's own features: its value, in the feature's unit.
    package var value: Double?
    /// Of the member's own features: between these two eight of ten payments are; absent where that is not known.
    package var usual: [Double]?

    package var isConsortium: Bool { scope != nil }

    /// - Parameters:
    ///   - value: of an own feature.
    ///   - usual: of an own feature.
    package init(_ feature: Feature, value: Double? = nil, usual: ClosedRange<Double>? = nil) {
        let form = FeatureForm(feature)
        self.feature = form.name
        kind = form.kind
        entity = form.entity
        of = form.of
        over = form.over
        delay = form.delay
        scope = form.scope
        self.value = value
        self.usual = usual.map { [$0.lowerBound, $0.upperBound] }
    }
}

/// Picks a score's reasons from what each feature added to it.
package struct ReasonPicker: Sendable {
    /// Reasons of a score.
    package static let most = 4
    /// Of ten payments so many are above, or below, what is usual.
    private static let tail = 0.1

    private let spec: BinnedSpec
    /// By own feature, the usual values.
    private let usual: [ClosedRange<Double>?]

    package init(_ spec: BinnedSpec) {
        self.spec = spec
        usual = (0..<spec.spec.ownCount).map { Self.usual(spec, feature: $0) }
    }

    /// Between which cut points eight of ten payments of the population are, as far as its frequencies say so.
    private static func usual(_ spec: BinnedSpec, feature: Int) -> ClosedRange<Double>? {
        guard let frequencies = spec.frequencies?.bits, case let edges = spec.edges[feature], edges.count > 1 else {
            return nil
        }
        let above = edges.indices.map { Double(frequencies[spec.firstBit[feature] + $0].count) / 1_000_000 }
        guard let high = above.firstIndex(where: { $0 <= tail }) else { return nil }
        let low = above.lastIndex { $0 >= 1 - tail }
        let from = low.map { edges[$0] } ?? min(0, edges[0])
        return from < edges[high] ? from...edges[high] : nil
    }

    /// What is told of one score.
    package struct Picked: Sendable, Hashable {
        /// The features that added most, the largest first.
        package var reasons: [Reason]
        /// Entities of the payment whose counts took part, and which too few members know for more to be said.
        package var hidden: [String]
    }

    /// The reasons of a score: of the features that added something, at most four.
    ///
    /// - Parameters:
    ///   - contributions: one a feature of the spec.
    ///   - shown: a bit for each kind of token, set where enough members know it.
    ///   - values: of the member's own features.
    ///   - named: the entities that the payment names, of the spec's tokens.
    package func pick(
        _ contributions: [Int32], shown: UInt8, values: [Double], named: Set<String>
    ) -> Picked {
        let entities = spec.spec.tokenEntities
        func isShown(_ feature: Feature) -> Bool {
            guard let shared = feature.shared else { return true }
            return entities.firstIndex(of: shared.entity).map { shown >> UInt8($0) & 1 == 1 } ?? false
        }
        let features = spec.spec.features
        let ranked = features.indices
            .filter { $0 < contributions.count && contributions[$0] > 0 && isShown(features[$0]) }
            // Of equal ones the first in the spec.
            .sorted { (contributions[$1], $0) < (contributions[$0], $1) }
            .prefix(Self.most)
        let hidden = entities.enumerated().filter { slot, entity in
            shown >> UInt8(slot) & 1 == 0 && named.contains(entity.rawValue)
        }.map(\.element.rawValue)
        return Picked(
            reasons: ranked.map { at in
                features[at].shared == nil && at < values.count
                    ? Reason(features[at], value: values[at], usual: usual[at]) : Reason(features[at])
            }, hidden: hidden)
    }
}
