/// What a value looks like, in words that say nothing of what it is.
package enum ValueForm: String, Sendable, Hashable, CaseIterable {
    case nothing
    case wholeNumber = "a whole number"
    case decimalNumber = "a decimal number"
    case negativeNumber = "a negative number"
    case numberWithComma = "a number with a comma"
    case numberWithExponent = "a number with an exponent"
    case time = "a date or time"
    case text
    case notUTF8 = "bytes that are not UTF-8"

    package init(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            self = .notUTF8
            return
        }
        let trimmed = text.trimmed
        let form = Self.forms.first { (try? $0.pattern.wholeMatch(in: trimmed)) != nil }
        self = form?.form ?? .text
    }

    private static var forms: [(form: ValueForm, pattern: Regex<AnyRegexOutput>)] {
        [
            (.nothing, Regex(/\s*/)), (.wholeNumber, Regex(/\+?[0-9]+/)), (.decimalNumber, Regex(/\+?[0-9]*\.[0-9]+/)),
            (.negativeNumber, Regex(/-[0-9][0-9.,]*|\([0-9.,]+\)|[0-9][0-9.,]*-/)),
            (.numberWithComma, Regex(/[+-]?[0-9][0-9., ']*,[0-9., ']*/)),
            (.numberWithExponent, Regex(/[+-]?[0-9.]+[eE][+-]?[0-9]+/)),
            (.time, Regex(/[0-9]{1,4}[-\/.:][0-9]{1,2}[-\/.:][0-9]{1,4}([T ][0-9:.]+)?.{0,6}/)),
        ]
    }
}

extension RejectionReason {
    /// Why a value can't be read, for people: what it looks like and what belongs there, never what it is.
    ///
    /// - Parameter form: of the value; nil where it is not known.
    package func explanation(of form: ValueForm?) -> String {
        guard let form else { return explanation }
        switch self {
        case .amountNegative where form == .negativeNumber: return "a negative amount"
        case .amountNegative:
            return "a refund by its sign, side or column; `refunds` of the mapping's amount says what becomes of those"
        case .amountNotANumber where form == .negativeNumber: return "a negative amount"
        case .amountNotANumber where form == .numberWithComma:
            return "a number with a comma where a plain one belongs; a mapping says how amounts are written"
        case .amountNotANumber: return "\(form.rawValue) where a number belongs"
        case .timeInvalid: return "\(form.rawValue) where a time of the mapping's form belongs"
        case .encodingUnsupported where form == .notUTF8:
            return "not UTF-8; `encoding` in the mapping or replay names another encoding, such as windows-1252"
        case .emptyField, .missingField: return "nothing where a value belongs"
        case .wrongType: return "\(form.rawValue) where another type of value belongs"
        default: return explanation
        }
    }
}
