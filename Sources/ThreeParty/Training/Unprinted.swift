/// A type that holds shares, masks, or messages made of them, none of which is ever printed: neither its description nor what looks
/// into it (`dump`, a debugger, a failed expectation) tells more than its name.
package protocol Unprinted: CustomStringConvertible, CustomReflectable {}

extension Unprinted {
    package var description: String { "\(Self.self)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
