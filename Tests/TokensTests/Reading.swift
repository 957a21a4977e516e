import Tokens

/// A member's rules as most tests of identifiers have them.
let germanRules = IdentifierRules(bankCode: "10070024", dialling: DiallingPlan(callingCode: "49"))

/// What a text becomes, or the code that it is refused with.
func canonical(_ kind: IdentifierKind, _ text: String, _ rules: IdentifierRules = germanRules) -> String {
    do {
        return String(decoding: try rules.identifier(kind, text).canonical, as: UTF8.self)
    } catch {
        return error.code
    }
}
