import Cglibc
import Foundation
import Synchronization

/// A module of tokens, loaded once in a process and kept until it ends: a library may not be initialised twice.
final class CryptokiModule: @unchecked Sendable {
    // A module that was initialised with CKF_OS_LOCKING_OK may be called by all threads.
    let functions: CK_FUNCTION_LIST

    private init(functions: CK_FUNCTION_LIST) { self.functions = functions }

    /// Why a library is no module.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    private static let loaded = Mutex<[String: CryptokiModule]>([:])

    /// The module of a library.
    ///
    /// - Throws: `Unusable`, `CryptokiError`.
    static func load(_ path: String) throws -> CryptokiModule {
        try loaded.withLock { loaded in
            if let module = loaded[path] { return module }
            guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
                throw Unusable(
                    description: "the module does not load: \(dlerror().map { String(cString: $0) } ?? path)")
            }
            guard let symbol = dlsym(library, "C_GetFunctionList") else {
                dlclose(library)
                throw Unusable(description: "\(path) is no module of PKCS #11: it has no C_GetFunctionList")
            }
            var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
            let get = unsafeBitCast(symbol, to: CK_C_GetFunctionList.self)
            try check("C_GetFunctionList", get(&list))
            guard let functions = list?.pointee, functions.version.major == 2 || functions.version.major == 3 else {
                throw Unusable(description: "\(path) is a module of a version of PKCS #11 that is not known here")
            }
            var arguments = CK_C_INITIALIZE_ARGS()
            arguments.flags = 2  // CKF_OS_LOCKING_OK
            let result = functions.C_Initialize(&arguments)
            // Another part of the process may use the same module.
            if result != 0x191 { try check("C_Initialize", result) }
            let module = CryptokiModule(functions: functions)
            loaded[path] = module
            return module
        }
    }

    static func check(_ function: String, _ result: CK_RV) throws(CryptokiError) {
        guard result == 0 else { throw CryptokiError(function: function, code: result) }
    }

    /// The slots that hold a token, with what it says of itself.
    func slots() throws(CryptokiError) -> [(id: CK_SLOT_ID, token: CK_TOKEN_INFO)] {
        var count: CK_ULONG = 0
        try Self.check("C_GetSlotList", functions.C_GetSlotList(1, nil, &count))
        var ids = [CK_SLOT_ID](repeating: 0, count: Int(count))
        try Self.check("C_GetSlotList", functions.C_GetSlotList(1, &ids, &count))
        var slots: [(id: CK_SLOT_ID, token: CK_TOKEN_INFO)] = []
        for id in ids.prefix(Int(count)) {
            var info = CK_TOKEN_INFO()
            // A token may go between the two calls.
            if functions.C_GetTokenInfo(id, &info) == 0 { slots.append((id, info)) }
        }
        return slots
    }
}

/// Text that a module pads with blanks.
func padded(_ field: some Any) -> String {
    let bytes = withUnsafeBytes(of: field) { Array($0) }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: CharacterSet(charactersIn: " \0"))
}
