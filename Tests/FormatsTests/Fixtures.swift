import Formats
import Testing

extension RejectionReason: CustomTestStringConvertible {
    public var testDescription: String { rawValue }
}
