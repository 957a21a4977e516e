/// Where a field of ours comes from: the first of some fields of the record that is there, through a list of codes where
/// one is given, or else a fixed value.
package struct FieldSource: Sendable, Hashable, ExpressibleByStringLiteral {
    package var names: [String]
    /// The record's codes and ours.
    package var codes: [String: String]
    /// What counts where no field is there or no code fits.
    package var otherwise: String?

    package init(_ names: [String], codes: [String: String] = [:], otherwise: String? = nil) {
        self.names = names
        self.codes = codes
        self.otherwise = otherwise
    }

    package init(stringLiteral name: String) { self.init([name]) }

    /// What a rejection names.
    package var name: String { names.first ?? "" }
}
