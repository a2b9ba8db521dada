# Installs the core, builds examples/cpp with it as a user would, and compares what it says with tests/data/slow_reference.py.
file(REMOVE_RECURSE ${WORK})
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/cpp -B ${WORK}/build -G ${GENERATOR} -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DNNPOT_ARMADILLO_INCLUDE_DIR=${ARMADILLO})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/predict ${SOURCE}/tests/data/models/radial_and_angular metal)
if(NOT output MATCHES "^energy ${EXPECTED}")
  message(FATAL_ERROR "expected the energy ${EXPECTED}, got\n${output}")
endif()
