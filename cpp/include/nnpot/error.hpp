#pragma once

#include <stdexcept>
#include <string>

namespace nnpot {

/// Base of everything this library throws. The message is one line: where, expected, got, what to do.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A value that was handed over cannot be used.
class InvalidInput : public Error {
public:
    using Error::Error;
};

/// A file is missing, damaged or does not fit the others of its directory.
class FileError : public Error {
public:
    using Error::Error;
};

/// A structure or command names an element that the model was not trained for.
class UnknownElement : public Error {
public:
    using Error::Error;
};

}  // namespace nnpot
